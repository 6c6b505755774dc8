import type { Field, TableName } from "../../warehouse.ts";
import { parseSchema } from "../parse-schema.ts";
import { countOf, memberOf, textOf } from "../rest-value.ts";

/** A function, procedure or table function of a dataset. */
export interface RoutineName {
  readonly project: string;
  readonly dataset: string;
  readonly routine: string;
}

/** What BigQuery found out about a statement without running it. */
export interface DryRunFacts {
  /** https://cloud.google.com/bigquery/docs/reference/rest/v2/Job#JobStatistics2.FIELDS.statement_type */
  readonly statementType: string;
  readonly location: string | null;
  readonly tables: readonly TableName[];
  readonly routines: readonly RoutineName[];
  /** Datasets that the statement would make, change or write into, as far as BigQuery says. */
  readonly targets: readonly { readonly project: string; readonly dataset: string }[];
  readonly bytesProcessed: number | null;
  readonly schema: readonly Field[];
}

/**
 * Reads the answer to a dry run.
 * @param answer a job of the REST API, untrusted
 * @returns null when it does not say what kind of statement it is, or names something half
 * @throws TypeError for a schema that is none
 */
export function parseDryRunFacts(answer: unknown): DryRunFacts | null {
  const statistics = memberOf(answer, "statistics");
  const query = memberOf(statistics, "query");
  const statementType = textOf(query, "statementType");
  const tables = listOf(query, "referencedTables").map(toTable);
  const routines = listOf(query, "referencedRoutines").map(toRoutine);
  if (statementType === null || tables.includes(null) || routines.includes(null)) return null;
  const schema = memberOf(query, "schema");
  return {
    statementType,
    location: textOf(memberOf(answer, "jobReference"), "location"),
    tables: tables.filter((table) => table !== null),
    routines: routines.filter((routine) => routine !== null),
    targets: targetsOf(answer, statementType),
    bytesProcessed: countOf(statistics, "totalBytesProcessed") ?? countOf(query, "totalBytesProcessed"),
    schema: memberOf(schema, "fields") === undefined ? [] : parseSchema(schema),
  };
}

function listOf(value: unknown, key: string): readonly unknown[] {
  const list = memberOf(value, key);
  return Array.isArray(list) ? list : [];
}

function toTable(value: unknown): TableName | null {
  const [project, dataset] = [textOf(value, "projectId"), textOf(value, "datasetId")];
  const table = textOf(value, "tableId");
  return project === null || dataset === null || table === null ? null : { project, dataset, table };
}

function toRoutine(value: unknown): RoutineName | null {
  const [project, dataset] = [textOf(value, "projectId"), textOf(value, "datasetId")];
  const routine = textOf(value, "routineId");
  return project === null || dataset === null || routine === null ? null : { project, dataset, routine };
}

/** Where DDL and DML write. The destination of a SELECT is a hidden table of BigQuery's own. */
function targetsOf(answer: unknown, statementType: string): DryRunFacts["targets"] {
  if (statementType === "SELECT") return [];
  const query = memberOf(memberOf(answer, "statistics"), "query");
  const destination = memberOf(memberOf(memberOf(answer, "configuration"), "query"), "destinationTable");
  const named = ["ddlTargetTable", "ddlDestinationTable", "ddlTargetDataset", "ddlTargetRoutine"].map((key) =>
    memberOf(query, key),
  );
  return [...named, destination].flatMap((target) => {
    const [project, dataset] = [textOf(target, "projectId"), textOf(target, "datasetId")];
    return project === null || dataset === null ? [] : [{ project, dataset }];
  });
}
