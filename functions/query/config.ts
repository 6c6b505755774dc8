import { str } from "envalid";
import { loadSettings, SettingsError } from "#shared/config/load-settings.ts";
import { decimal, integer, onOrOff } from "#shared/config/setting-kinds.ts";
import { SIGNING_SETTINGS } from "#shared/config/signing-settings.ts";
import { DEFAULT_PRICE_PER_TIB } from "./warehouse/warehouse-bigquery/cost.ts";
import {
  type BigqueryWarehouseOptions,
  DEFAULT_MAXIMUM_BYTES_BILLED,
} from "./warehouse/warehouse-bigquery/create-bigquery-warehouse.ts";
import {
  type AllowedDatasets,
  parseAllowedDatasets,
} from "./warehouse/warehouse-bigquery/gates/allowed-datasets.ts";
import { parseGoogleCredentials } from "./warehouse/warehouse-bigquery/parse-google-credentials.ts";

/** What the function `query` needs to know beside the edge and its warehouse. */
export interface QuerySettings {
  /** What page tokens are signed with; null when none is set. */
  readonly signingKey: string | null;
}

/**
 * Reads the settings of the function `query` from the environment.
 * @throws SettingsError
 */
export function loadQuerySettings(environment?: Readonly<Record<string, string | undefined>>): QuerySettings {
  return { signingKey: loadSettings(SIGNING_SETTINGS, environment).SIGNING_KEY ?? null };
}

const BIGQUERY_SETTINGS = {
  GOOGLE_CREDENTIALS_BASE64: str({ default: undefined, desc: "A service account's JSON key in base64." }),
  GOOGLE_CLOUD_PROJECT: str({ default: undefined, desc: "The project that pays for jobs." }),
  BIGQUERY_IMPERSONATE: str({
    default: undefined,
    desc: "A service account to act as, by its e-mail address.",
  }),
  BIGQUERY_LOCATION: str({ default: undefined, desc: "Where jobs run, like EU." }),
  BIGQUERY_DEFAULT_DATASET: str({ default: undefined, desc: "The dataset of tables named without one." }),
  BIGQUERY_ALLOWED_DATASETS: str({ default: undefined, desc: "Datasets that are open, parted by commas." }),
  BIGQUERY_MAX_BYTES_BILLED: integer(
    1,
    10 ** 15,
  )({ default: DEFAULT_MAXIMUM_BYTES_BILLED, desc: "Bytes that one statement may bill." }),
  BIGQUERY_PRICE_PER_TIB: decimal(
    0,
    1000,
  )({ default: DEFAULT_PRICE_PER_TIB, desc: "US dollars for a TiB, for estimates." }),
  BIGQUERY_ALLOW_WRITES: onOrOff({ default: false, desc: "Lets credentials with query:write change data." }),
  BIGQUERY_ALLOW_EXTERNAL: onOrOff({ default: false, desc: "Lets statements hand rows to other services." }),
};

/**
 * Reads how to reach BigQuery, and what may be done there.
 * @throws SettingsError with one sentence that says what to mend
 */
export function loadBigquerySettings(
  environment?: Readonly<Record<string, string | undefined>>,
): BigqueryWarehouseOptions {
  const env = loadSettings(BIGQUERY_SETTINGS, environment);
  const base64 = env.GOOGLE_CREDENTIALS_BASE64;
  const credentials =
    base64 === undefined ? undefined : orSettingsError(() => parseGoogleCredentials(base64));
  const project = env.GOOGLE_CLOUD_PROJECT ?? credentials?.projectId;
  const allowed = orSettingsError(() => parseAllowedDatasets(env.BIGQUERY_ALLOWED_DATASETS, project));
  checkForms(env);
  checkTogether(env, project, allowed);
  return {
    credentials,
    projectId: env.GOOGLE_CLOUD_PROJECT,
    impersonate: env.BIGQUERY_IMPERSONATE,
    location: env.BIGQUERY_LOCATION,
    defaultDataset: env.BIGQUERY_DEFAULT_DATASET,
    allowed,
    allowWrites: env.BIGQUERY_ALLOW_WRITES,
    allowExternal: env.BIGQUERY_ALLOW_EXTERNAL,
    maximumBytesBilled: env.BIGQUERY_MAX_BYTES_BILLED,
    pricePerTib: env.BIGQUERY_PRICE_PER_TIB,
  };
}

/** What each setting looks like, and how to write it. */
const FORMS = [
  ["GOOGLE_CLOUD_PROJECT", /^[a-z][a-z0-9.:-]{4,99}$/, "is no project's id, such as my-project"],
  ["BIGQUERY_LOCATION", /^[A-Za-z][A-Za-z0-9-]{1,39}$/, "is no location, such as EU or us-central1"],
  ["BIGQUERY_DEFAULT_DATASET", /^([a-z0-9.:-]+\.)?\w{1,1024}$/, "is neither dataset nor project.dataset"],
  [
    "BIGQUERY_IMPERSONATE",
    /^[^@\s]+@[a-z0-9.-]+\.gserviceaccount\.com$/,
    "is no service account's e-mail address",
  ],
] as const;

function checkForms(env: Readonly<Record<(typeof FORMS)[number][0], string | undefined>>): void {
  for (const [name, form, problem] of FORMS) {
    const value = env[name];
    if (value !== undefined && !form.test(value)) throw new SettingsError(`${name} ${problem}.`);
  }
}

function checkTogether(
  env: {
    readonly BIGQUERY_IMPERSONATE: string | undefined;
    readonly BIGQUERY_DEFAULT_DATASET: string | undefined;
  },
  project: string | undefined,
  allowed: AllowedDatasets,
): void {
  if (env.BIGQUERY_IMPERSONATE !== undefined && project === undefined) {
    throw new SettingsError(
      "BIGQUERY_IMPERSONATE needs to know which project pays: set GOOGLE_CLOUD_PROJECT.",
    );
  }
  const dataset = env.BIGQUERY_DEFAULT_DATASET;
  if (dataset === undefined) return;
  const point = dataset.lastIndexOf(".");
  if (!allowed.allows(point < 0 ? null : dataset.slice(0, point), dataset.slice(point + 1))) {
    throw new SettingsError(
      "BIGQUERY_DEFAULT_DATASET is not one of BIGQUERY_ALLOWED_DATASETS: add it there.",
    );
  }
}

function orSettingsError<T>(parse: () => T): T {
  try {
    return parse();
  } catch (thrown) {
    throw new SettingsError(thrown instanceof Error ? thrown.message : "A setting of BigQuery is wrong.");
  }
}
