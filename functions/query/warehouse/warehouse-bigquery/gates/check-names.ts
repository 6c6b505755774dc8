import { AppError } from "#shared/errors/app-error.ts";
import { type AllowedDatasets, datasetNotAllowed } from "./allowed-datasets.ts";
import type { StatementNames } from "./names-of-statement.ts";
import type { NamePath } from "./read-path.ts";

/** What a statement's names are held against. */
export interface NamesGate {
  readonly allowed: AllowedDatasets;
  readonly allowExternal: boolean;
  /** The dataset of tables that are named without one; null for none. */
  readonly defaultDataset: { readonly project: string | null; readonly dataset: string } | null;
}

/** First parts of functions that are GoogleSQL's own and stand in no dataset. */
const FUNCTION_SPACES = new Set("SAFE NET KEYS AEAD HLL_COUNT KLL_QUANTILES ML AI OBJ".split(" "));
/**
 * Views of a dataset's INFORMATION_SCHEMA that tell of that dataset alone
 * (https://cloud.google.com/bigquery/docs/information-schema-intro). Those of a region or a project tell of other people's statements.
 */
const DATASET_VIEWS = new Set(
  (
    "TABLES TABLE_OPTIONS COLUMNS COLUMN_FIELD_PATHS PARTITIONS VIEWS MATERIALIZED_VIEWS TABLE_SNAPSHOTS ROUTINES " +
    "ROUTINE_OPTIONS PARAMETERS TABLE_CONSTRAINTS KEY_COLUMN_USAGE CONSTRAINT_COLUMN_USAGE SEARCH_INDEXES " +
    "SEARCH_INDEX_COLUMNS SEARCH_INDEX_OPTIONS VECTOR_INDEXES VECTOR_INDEX_COLUMNS VECTOR_INDEX_OPTIONS"
  ).split(" "),
);
/** Functions that hand rows to a service beside the warehouse; the byte cap does not bound what those cost. */
const SENDING_FUNCTIONS = new Set(
  "EXTERNAL_QUERY ML.UNDERSTAND_TEXT ML.TRANSLATE ML.ANNOTATE_IMAGE ML.PROCESS_DOCUMENT ML.TRANSCRIBE".split(
    " ",
  ),
);

/**
 * The first gate: judges what the text names before anything is sent, so that nobody learns from BigQuery's words what a closed
 * dataset holds.
 * @throws AppError `dataset_not_allowed`, `external_not_allowed`
 */
export function checkNames(names: StatementNames, gate: NamesGate): void {
  const call = gate.allowExternal ? null : callThatSends(names.calls);
  if (call !== null) throw externalNotAllowed(call);
  const { defaultDataset: own, allowed } = gate;
  if (own !== null && !allowed.allows(own.project, own.dataset)) throw datasetNotAllowed(own.dataset);
  for (const path of names.all.filter(isOfInformationSchema)) checkInformationSchema(path, gate);
  if (allowed.names === null) return;
  const tables = names.tables.filter((path) => !isOfInformationSchema(path));
  const closed = [...tables, ...names.calls.filter(isRoutine)].find((path) => !mayBeOpen(path, gate));
  if (closed !== undefined) throw datasetNotAllowed(closed.join("."));
}

/** True for a view of INFORMATION_SCHEMA that tells of one dataset alone. */
export function isDatasetView(view: string): boolean {
  return DATASET_VIEWS.has(view.toUpperCase());
}

/** The first of GoogleSQL's own functions among the calls that hands rows to another service; null when there is none. */
export function callThatSends(calls: readonly NamePath[]): string | null {
  const names = calls.map((path) =>
    path
      .join(".")
      .toUpperCase()
      .replace(/^SAFE\./, ""),
  );
  const sends = (call: string): boolean =>
    /^(AI|OBJ)\./.test(call) || /^ML\.GENERATE_/.test(call) || SENDING_FUNCTIONS.has(call);
  return names.find(sends)?.slice(0, 100) ?? null;
}

/** The answer to a statement that would hand rows to another service. @param what as the statement wrote it */
export function externalNotAllowed(what: string): AppError {
  return new AppError(
    "external_not_allowed",
    `${what} sends data to a service outside the warehouse, at a cost that no byte cap bounds. Do without it, or ask the server's owner, who can set BIGQUERY_ALLOW_EXTERNAL.`,
  );
}

/** True for a function of a dataset, not one of GoogleSQL's own. */
export function isRoutine(path: NamePath): boolean {
  return path.length > 1 && !FUNCTION_SPACES.has(path[0]?.toUpperCase() ?? "");
}

/** Names of one part lie in the default dataset, or in the statement itself. */
function mayBeOpen(path: NamePath, { allowed, defaultDataset }: NamesGate): boolean {
  const [first = "", second] = path;
  if (second === undefined) return true;
  return (
    allowed.allows(null, first) ||
    (defaultDataset !== null && allowed.allows(defaultDataset.project, first)) ||
    (path.length > 2 && allowed.allows(first, second))
  );
}

function isOfInformationSchema(path: NamePath): boolean {
  return path.some((part) => part.toUpperCase() === "INFORMATION_SCHEMA");
}

function checkInformationSchema(path: NamePath, gate: NamesGate): void {
  const at = path.findIndex((part) => part.toUpperCase() === "INFORMATION_SCHEMA");
  const view = path[at + 1] ?? "";
  const [project, dataset] = at === 2 ? path : [null, path[0]];
  const isOfDataset = at === 0 ? gate.defaultDataset !== null : at <= 2 && !/^region-/i.test(dataset ?? "");
  if (!isOfDataset || !isDatasetView(view)) {
    throw new AppError(
      "dataset_not_allowed",
      "INFORMATION_SCHEMA can be read of one dataset at a time here, as in dataset.INFORMATION_SCHEMA.COLUMNS, and not of a project or a region.",
    );
  }
  if (at > 0 && !gate.allowed.allows(project ?? null, dataset ?? "")) throw datasetNotAllowed(path.join("."));
}
