import { ANSWER_LIMIT_CHARACTERS } from "#shared/contract/limits.ts";
import type {
  DescribeTableParameters,
  DescribeTableResponse,
} from "#shared/contract/query/describe-table.ts";
import type { RequestContext } from "#shared/http/route.ts";
import { fitItems, shorten } from "./formats/fit-items.ts";
import { toSchema } from "./formats/to-schema.ts";
import type { TableDescription, Warehouse } from "./warehouse/warehouse.ts";

const OTHER_FIELDS_CHARACTERS = 6_000;
/** Sample rows may take so much; the columns get what is left. */
const SAMPLES_CHARACTERS = 40_000;
/** The statement of a view may be as long as 256 kB. */
const VIEW_SQL_CHARACTERS = 10_000;

/** Handler of `describe_table`. */
export function createDescribeTable({ warehouse }: { readonly warehouse: Warehouse }) {
  return async (
    { dataset, table, sample_rows: wanted, ...parameters }: DescribeTableParameters,
    { signal, requestId }: RequestContext,
  ): Promise<DescribeTableResponse> => {
    const project = parameters.project ?? null;
    const found = await warehouse.describeTable(
      { project, dataset, table },
      { signal, sampleRows: wanted, maxCharacters: SAMPLES_CHARACTERS },
    );
    if ("code" in found) {
      const { code, message } = found;
      const nothing = { ...NOTHING, clustering: [], schema: [], sample_rows: [] };
      return {
        success: false,
        project,
        dataset,
        table,
        ...nothing,
        error: message,
        code,
        request_id: requestId,
      };
    }
    return { success: true, ...toAnswer(found, wanted), error: null, request_id: requestId };
  };
}

const NOTHING = {
  kind: null,
  description: null,
  location: null,
  partitioning: null,
  view_sql: null,
  column_count: 0,
  row_count: null,
  size_bytes: null,
  modified_at: null,
  truncated: false,
} as const;

function toAnswer(found: TableDescription, wanted: number) {
  const samples = fitItems(found.sampleRows, SAMPLES_CHARACTERS);
  const viewSql = shorten(found.viewSql, VIEW_SQL_CHARACTERS);
  const taken = JSON.stringify([samples.items, viewSql]).length;
  const room = ANSWER_LIMIT_CHARACTERS - OTHER_FIELDS_CHARACTERS - taken;
  const schema = fitItems(toSchema(found.schema), room);
  const isListed = found.kind === "TABLE" || found.kind === "SNAPSHOT";
  const expected = isListed ? Math.min(wanted, found.rowCount ?? 0) : 0;
  return {
    project: found.project,
    dataset: found.dataset,
    table: found.table,
    kind: found.kind,
    description: shorten(found.description),
    location: found.location,
    partitioning: shorten(found.partitioning),
    clustering: [...found.clustering],
    view_sql: viewSql,
    schema: schema.items,
    column_count: found.schema.length,
    row_count: found.rowCount,
    size_bytes: found.sizeBytes,
    modified_at: found.modifiedAt?.toISOString() ?? null,
    sample_rows: samples.items.map((row) => ({ ...row })),
    truncated: !schema.isComplete || samples.items.length < expected || viewSql !== found.viewSql,
  };
}
