import { AppError } from "#shared/errors/app-error.ts";
import type { TableName } from "../../warehouse.ts";
import { type AllowedDatasets, datasetNotAllowed } from "./allowed-datasets.ts";
import { isDatasetView } from "./check-names.ts";
import type { DryRunFacts } from "./dry-run-facts.ts";
import type { StatementNames } from "./names-of-statement.ts";

/** What the owner and the credential allow. */
export interface FactsGate {
  readonly allowed: AllowedDatasets;
  /** The owner's setting. */
  readonly allowWrites: boolean;
  /** What the caller's credential allows. */
  readonly mayWrite: boolean;
}

/**
 * Statements that change data or tables and do nothing else. All others that BigQuery knows are refused to everybody: those that give rights
 * away (GRANT, row policies), leave the warehouse (EXPORT DATA, LOAD DATA, external tables), or run what a dry run does not see
 * (CALL, scripts, routines).
 */
const WRITES = new Set(
  (
    "INSERT UPDATE DELETE MERGE TRUNCATE_TABLE CREATE_TABLE CREATE_TABLE_AS_SELECT CREATE_VIEW CREATE_SNAPSHOT_TABLE " +
    "ALTER_TABLE ALTER_VIEW DROP_TABLE DROP_VIEW DROP_SNAPSHOT_TABLE"
  ).split(" "),
);
/** Of more than so many tables BigQuery does not promise to name all. */
const MOST_TABLES_NAMED = 50;

/**
 * The second gate, and the one that counts: judges what BigQuery itself says of the statement.
 * @param names what the text names
 * @throws AppError `multiple_statements`, `write_not_allowed`, `dataset_not_allowed`
 */
export function checkFacts(facts: DryRunFacts, names: StatementNames, gate: FactsGate): void {
  checkType(facts.statementType, gate);
  const { allowed } = gate;
  const isReadingSchema = names.all.some((path) => path.some(isInformationSchema));
  for (const table of facts.tables) {
    const isSchemaView = isInformationSchema(table.dataset) || /^INFORMATION_SCHEMA\./i.test(table.table);
    const isOpen = isSchemaView
      ? isReadingSchema && isOpenSchemaView(table, allowed)
      : allowed.allows(table.project, table.dataset);
    if (!isOpen) throw datasetNotAllowed(unsureName(names));
  }
  const others = [...facts.routines, ...facts.targets];
  if (!others.every(({ project, dataset }) => allowed.allows(project, dataset)))
    throw datasetNotAllowed(null);
  if (allowed.names !== null && facts.tables.length >= MOST_TABLES_NAMED) {
    throw new AppError(
      "dataset_not_allowed",
      `The statement reads ${MOST_TABLES_NAMED} tables or more, of which BigQuery does not name all, so they cannot be checked. Read fewer at a time, or use a wildcard table.`,
    );
  }
}

/** The first gate has judged those that the text names; a view may hide others. BigQuery may name the dataset, or not. */
function isOpenSchemaView({ project, dataset, table }: TableName, allowed: AllowedDatasets): boolean {
  if (!isDatasetView(table.split(".").at(-1) ?? "")) return false;
  return isInformationSchema(dataset) || allowed.allows(project, dataset);
}

/** What could be either a table or an array: answered alike, whether BigQuery finds the table or not. */
export function unsureName({ unsure }: StatementNames): string | null {
  return unsure[0]?.join(".") ?? null;
}

function checkType(type: string, { allowWrites, mayWrite }: FactsGate): void {
  if (type === "SELECT") return;
  if (type === "SCRIPT") {
    throw new AppError(
      "multiple_statements",
      "Send one statement at a time, without variables, scripting or a semicolon between statements.",
    );
  }
  const name = type.slice(0, 60);
  if (!allowWrites)
    throw refused(`Only SELECT statements may run here; this one is ${name}. Rewrite it as a SELECT.`);
  if (!WRITES.has(type))
    throw refused(
      `${name} statements never run here. Rewrite it as a SELECT, INSERT, UPDATE, DELETE or MERGE.`,
    );
  if (!mayWrite) {
    throw refused(
      `This one is ${name}, and your credential may only read. Rewrite it as a SELECT, or use a credential with the scope query:write.`,
    );
  }
}

function refused(message: string): AppError {
  return new AppError("write_not_allowed", message);
}

function isInformationSchema(part: string): boolean {
  return part.toUpperCase() === "INFORMATION_SCHEMA";
}
