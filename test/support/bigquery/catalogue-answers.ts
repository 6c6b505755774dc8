import type { TableDescription, TableName, Warehouse } from "#functions/query/warehouse/warehouse.ts";
import type { Catalogue } from "./catalogue.ts";
import { numberOf } from "./json-members.ts";
import { notFound, RestError } from "./rest-error.ts";
import { toRestFields, toRestRow } from "./rest-rows.ts";
import type { Call, Reply } from "./stand-in.ts";

/** What answers about datasets and tables are made from. */
export interface ExplorationSettings {
  readonly catalogue: Catalogue;
  readonly engine: Warehouse;
}

const NAMES_PER_PAGE = 50;
/** The embedded warehouse gives no more sample rows at once. */
const MOST_ROWS = 1000;

/** Answers `datasets.list`, `datasets.get`, `tables.list`, `tables.get`, `tabledata.list` and `routines.get`. @throws RestError */
export async function answerExploration(settings: ExplorationSettings, call: Call): Promise<Reply> {
  const { catalogue } = settings;
  const parts = call.path.split("/").map(decodeURIComponent);
  const [project = "", dataset = "", name = ""] = [
    "projects",
    "datasets",
    call.kind === "routine" ? "routines" : "tables",
  ].map((word) => parts[parts.indexOf(word) + 1] ?? "");
  if (call.kind === "datasets") {
    const items = catalogue.datasets().map((id) => datasetResource(catalogue, id));
    return { body: { kind: "bigquery#datasetList", ...pageOf("datasets", items, call) } };
  }
  if (project !== catalogue.projectId || !catalogue.datasets().includes(dataset))
    throw notFound(`Dataset ${project}:${dataset}`);
  switch (call.kind) {
    case "dataset":
      return { body: datasetResource(catalogue, dataset) };
    case "tables":
      return { body: tableList(catalogue, { project, dataset }, call) };
    case "routine":
      return { body: routineResource(catalogue, { project, dataset, name }) };
    default: {
      const table = { project, dataset, table: name };
      catalogue.check(table, catalogue.locationOf(dataset));
      if (call.kind === "rows") return { body: await rowsOf(settings, table, call) };
      return { body: await tableResource(settings, table) };
    }
  }
}

function datasetResource(catalogue: Catalogue, datasetId: string) {
  return {
    kind: "bigquery#dataset",
    id: `${catalogue.projectId}:${datasetId}`,
    datasetReference: { projectId: catalogue.projectId, datasetId },
    location: catalogue.locationOf(datasetId),
  };
}

function tableList(
  catalogue: Catalogue,
  { project, dataset }: { readonly project: string; readonly dataset: string },
  call: Call,
) {
  const items = catalogue
    .tables(dataset)
    .map((table) => ({ project, dataset, table }))
    .filter((table) => !catalogue.declared(table).isHidden)
    .map((table) => {
      const { view, resource = {} } = catalogue.declared(table);
      const tableReference = { projectId: project, datasetId: dataset, tableId: table.table };
      return { tableReference, type: view === undefined ? "TABLE" : "VIEW", ...resource };
    });
  return { kind: "bigquery#tableList", ...pageOf("tables", items, call), totalItems: items.length };
}

/** A few names a call, so that a list has pages; what it is sorted by is nobody's business. */
function pageOf(key: string, items: readonly unknown[], { query }: Call) {
  const start = Number(query["pageToken"] ?? 0);
  const end = start + Math.min(Number(query["maxResults"] ?? NAMES_PER_PAGE), NAMES_PER_PAGE);
  const shown = items.slice(start, end);
  return {
    ...(shown.length > 0 ? { [key]: shown } : {}),
    ...(end < items.length ? { nextPageToken: String(end) } : {}),
  };
}

function routineResource(
  catalogue: Catalogue,
  { project, dataset, name }: { readonly project: string; readonly dataset: string; readonly name: string },
) {
  const routine = catalogue.routine(dataset, name);
  if (routine === undefined) throw notFound(`Routine ${project}:${dataset}.${name}`);
  const routineReference = { projectId: project, datasetId: dataset, routineId: name };
  return { routineReference, routineType: "SCALAR_FUNCTION", language: "SQL", ...routine };
}

async function tableResource({ engine, catalogue }: ExplorationSettings, table: TableName) {
  const { view, resource = {} } = catalogue.declared(table);
  const described =
    view === undefined && resource["schema"] === undefined ? await describe(engine, table, 0) : null;
  const isTable = view === undefined;
  return {
    kind: "bigquery#table",
    tableReference: { projectId: table.project, datasetId: table.dataset, tableId: table.table },
    type: isTable ? "TABLE" : "VIEW",
    location: catalogue.locationOf(table.dataset),
    ...(described === null
      ? {}
      : { schema: { fields: toRestFields(described.schema) }, numRows: String(described.rowCount ?? 0) }),
    ...(isTable
      ? { numBytes: String(catalogue.bytesOf(table)) }
      : { view: { query: view, useLegacySql: false } }),
    ...(described?.modifiedAt ? { lastModifiedTime: String(described.modifiedAt.getTime()) } : {}),
    ...resource,
  };
}

async function rowsOf({ engine, catalogue }: ExplorationSettings, table: TableName, { query }: Call) {
  if (catalogue.declared(table).view !== undefined)
    throw new RestError(400, "invalid", `Cannot list a table of type VIEW.`);
  const wanted = Math.min(numberOf(query, "maxResults") ?? MOST_ROWS, MOST_ROWS);
  const { schema, sampleRows, rowCount } = await describe(engine, table, wanted);
  const isInt64Timestamp = query["formatOptions.useInt64Timestamp"] === "true";
  return {
    totalRows: String(rowCount ?? 0),
    rows: sampleRows.map((row) => toRestRow(schema, row, isInt64Timestamp)),
  };
}

async function describe(engine: Warehouse, table: TableName, sampleRows: number): Promise<TableDescription> {
  const signal = AbortSignal.timeout(60_000);
  const description = await engine.describeTable(table, {
    signal,
    sampleRows,
    maxCharacters: 10_000_000,
  });
  if (description.kind === "failure") throw new RestError(400, "invalid", description.message);
  return description;
}
