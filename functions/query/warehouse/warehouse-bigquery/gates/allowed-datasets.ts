import { AppError } from "#shared/errors/app-error.ts";

/** A dataset; `project` is never left out. */
export interface DatasetName {
  readonly project: string;
  readonly dataset: string;
}

/** Which datasets are open. */
export interface AllowedDatasets {
  /** The open ones, in the order of the setting; null when every dataset is open that the server's account may read. */
  readonly names: readonly DatasetName[] | null;
  /** @param project null for the project that pays */
  allows(project: string | null, dataset: string): boolean;
}

const ENTRY = /^(?:([a-z0-9.:-]{1,100})\.)?([A-Za-z0-9_]{1,1024})$/;
const MOST_ENTRIES = 200;

/**
 * Reads the setting `BIGQUERY_ALLOWED_DATASETS`: `dataset` or `project.dataset`, parted by commas.
 * @param setting undefined or empty opens every dataset
 * @param project the project that pays, for entries without one; undefined when it is not known
 * @throws Error with one sentence for the start-up log
 */
export function parseAllowedDatasets(
  setting: string | undefined,
  project: string | undefined,
): AllowedDatasets {
  const entries = (setting ?? "").split(",").map((entry) => entry.trim());
  const given = entries.filter((entry) => entry !== "");
  if (given.length === 0) return { names: null, allows: () => true };
  if (given.length > MOST_ENTRIES) {
    throw new Error(`BIGQUERY_ALLOWED_DATASETS names more than ${MOST_ENTRIES} datasets. Name fewer.`);
  }
  const names = given.map((entry, index) => parseEntry(entry, index + 1, project));
  const open = new Set(names.map(({ project: owner, dataset }) => `${owner}.${dataset}`));
  return {
    names,
    allows: (owner, dataset) => open.has(`${owner ?? project ?? ""}.${dataset}`),
  };
}

function parseEntry(entry: string, place: number, project: string | undefined): DatasetName {
  const [, owner = project, dataset] = ENTRY.exec(entry) ?? [];
  if (dataset === undefined) {
    throw new Error(
      `Entry ${place} of BIGQUERY_ALLOWED_DATASETS is neither dataset nor project.dataset. Part entries by commas.`,
    );
  }
  if (owner === undefined) {
    throw new Error(
      "BIGQUERY_ALLOWED_DATASETS has a dataset without a project, and no project is known. Write project.dataset, or set GOOGLE_CLOUD_PROJECT.",
    );
  }
  return { project: owner, dataset };
}

/**
 * The one answer to whoever names a dataset that is not open: the same whether or not it exists.
 * @param named as the statement wrote it; null for what stands behind a view
 */
export function datasetNotAllowed(named: string | null): AppError {
  const which =
    named === null
      ? "The statement reads a dataset that is not open here, perhaps through a view."
      : `The dataset of ${named.slice(0, 200)} is not open here.`;
  return new AppError(
    "dataset_not_allowed",
    `${which} list_datasets names those that are. An array of a table is read with UNNEST(table.column).`,
  );
}
