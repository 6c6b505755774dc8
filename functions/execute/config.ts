import { EnvError, makeExactValidator, str } from "envalid";
import { loadSettings, SettingsError } from "#shared/config/load-settings.ts";
import { hostPatterns, secureUrl } from "#shared/config/setting-kinds.ts";
import { SIGNING_SETTINGS } from "#shared/config/signing-settings.ts";
import { loadStorageSettings, type StorageSettings } from "#shared/config/storage-settings.ts";

/** What the function `execute` needs to know beside the edge. */
export interface ExecuteSettings {
  /** What links to files are signed with; null when none is set. */
  readonly signingKey: string | null;
  /** Hosts that files may be fetched from. */
  readonly fileHosts: readonly string[];
}

/**
 * Reads the settings of programs' files from the environment.
 * @throws SettingsError
 */
export function loadExecuteSettings(
  environment?: Readonly<Record<string, string | undefined>>,
): ExecuteSettings {
  const env = loadSettings(
    {
      ...SIGNING_SETTINGS,
      FILE_HOSTS: hostPatterns({
        // ChatGPT's own files.
        default: ["*.oaiusercontent.com"],
        desc: "Hosts that programs' files may be fetched from: names, *.example.org, or * for every public one.",
      }),
    },
    environment,
  );
  return { signingKey: env.SIGNING_KEY ?? null, fileHosts: env.FILE_HOSTS };
}

/** Where the programs of a function in the cloud run, and where they and their files are kept. */
export type CloudExecutorSettings =
  | {
      readonly kind: "cloud-run-job";
      readonly storage: StorageSettings & { readonly hmacKey: NonNullable<StorageSettings["hmacKey"]> };
      /** `projects/P/locations/L/jobs/J`. */
      readonly job: string;
      /** Origin of the Cloud Run Admin API. */
      readonly runEndpoint: string;
    }
  | {
      readonly kind: "cloud-run-service";
      readonly storage: StorageSettings;
      readonly serviceUrl: string;
    };

/** https://cloud.google.com/run/docs/reference/rest/v2/projects.locations.jobs#Job.FIELDS.name */
const jobName = makeExactValidator<string>((input) => {
  if (/^projects\/[a-z0-9-]{1,63}\/locations\/[a-z0-9-]{1,63}\/jobs\/[a-z0-9-]{1,63}$/.test(input))
    return input;
  throw new EnvError("must be like projects/my-project/locations/europe-west1/jobs/sandbox");
});

const CLOUD_SPECS = {
  EXECUTOR: str({
    choices: ["cloud-run-job", "cloud-run-service"],
    default: undefined,
    desc: "What runs programs in the cloud: cloud-run-job starts a container for each, cloud-run-service has one ready.",
  }),
  SANDBOX_JOB: jobName({ default: undefined, desc: "The Cloud Run job of the sandbox, by its full name." }),
  SANDBOX_SERVICE_URL: secureUrl({
    default: undefined,
    desc: "The address of the sandbox's Cloud Run service.",
  }),
  CLOUD_RUN_URL: secureUrl({
    default: "https://run.googleapis.com",
    desc: "Where the Cloud Run Admin API answers.",
  }),
};

/**
 * Reads what runs programs in the cloud.
 * @returns null when nothing does
 * @throws SettingsError
 */
export function loadCloudExecutorSettings(
  environment?: Readonly<Record<string, string | undefined>>,
): CloudExecutorSettings | null {
  const env = loadSettings(CLOUD_SPECS, environment);
  const { EXECUTOR: kind, SANDBOX_JOB: job, SANDBOX_SERVICE_URL: serviceUrl } = env;
  if (kind === undefined) return null;
  const storage = loadStorageSettings(environment);
  if (kind === "cloud-run-service") {
    if (storage !== null && serviceUrl !== undefined) return { kind, storage, serviceUrl };
    throw missing(kind, "SANDBOX_SERVICE_URL and STORAGE_BUCKET");
  }
  if (job === undefined || storage === null || storage.hmacKey === null)
    throw missing(kind, "SANDBOX_JOB, STORAGE_BUCKET, STORAGE_HMAC_ACCESS_ID and STORAGE_HMAC_SECRET");
  const { hmacKey } = storage;
  return { kind, job, storage: { ...storage, hmacKey }, runEndpoint: new URL(env.CLOUD_RUN_URL).origin };
}

function missing(kind: string, names: string): SettingsError {
  return new SettingsError(`Wrong settings: EXECUTOR=${kind} needs ${names}. Set all of them.`);
}
