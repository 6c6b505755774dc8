import { str } from "envalid";
import { loadSettings, SettingsError } from "#shared/config/load-settings.ts";
import { integer } from "#shared/config/setting-kinds.ts";
import { SIGNING_SETTINGS } from "#shared/config/signing-settings.ts";
import {
  type BigqueryWarehouseOptions,
  DEFAULT_MAXIMUM_BYTES_BILLED,
} from "./warehouse/warehouse-bigquery/create-bigquery-warehouse.ts";
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

/**
 * Reads how to reach BigQuery.
 * @throws SettingsError
 */
export function loadBigquerySettings(
  environment?: Readonly<Record<string, string | undefined>>,
): BigqueryWarehouseOptions {
  const env = loadSettings(
    {
      GOOGLE_CREDENTIALS_BASE64: str({ default: undefined, desc: "A service account's JSON key in base64." }),
      GOOGLE_CLOUD_PROJECT: str({ default: undefined, desc: "The project that pays for jobs." }),
      BIGQUERY_LOCATION: str({ default: undefined, desc: "Where jobs run, like EU." }),
      BIGQUERY_DEFAULT_DATASET: str({ default: undefined, desc: "The dataset of tables named without one." }),
      BIGQUERY_MAX_BYTES_BILLED: integer(
        1,
        10 ** 15,
      )({ default: DEFAULT_MAXIMUM_BYTES_BILLED, desc: "Bytes that one statement may bill." }),
    },
    environment,
  );
  const credentials =
    env.GOOGLE_CREDENTIALS_BASE64 === undefined ? undefined : parseCredentials(env.GOOGLE_CREDENTIALS_BASE64);
  return {
    credentials,
    projectId: env.GOOGLE_CLOUD_PROJECT,
    location: env.BIGQUERY_LOCATION,
    defaultDataset: env.BIGQUERY_DEFAULT_DATASET,
    maximumBytesBilled: env.BIGQUERY_MAX_BYTES_BILLED,
  };
}

function parseCredentials(base64: string) {
  try {
    return parseGoogleCredentials(base64);
  } catch (thrown) {
    throw new SettingsError(thrown instanceof Error ? thrown.message : "GOOGLE_CREDENTIALS_BASE64 is wrong.");
  }
}
