import { EnvError, makeExactValidator, str } from "envalid";
import { loadSettings, SettingsError } from "./load-settings.ts";
import { secureUrl } from "./setting-kinds.ts";

/** Where files, results and programs are kept in the cloud. */
export interface StorageSettings {
  readonly bucket: string;
  /** Origin of the storage service, without a slash at the end. */
  readonly endpoint: string;
  /** What URLs are signed with; null when none is set. */
  readonly hmacKey: { readonly accessId: string; readonly secret: string } | null;
  /** `host` or `host:port` of the metadata server. */
  readonly metadataHost: string;
}

/** https://cloud.google.com/storage/docs/buckets#naming */
const bucketName = makeExactValidator<string>((input) => {
  if (/^[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]$/.test(input)) return input;
  throw new EnvError("must be the name of a bucket, like my-project-objects");
});

/** A line end that came with a secret from a file would spoil every signature. */
const withoutSpaces = makeExactValidator<string>((input) => {
  if (/^[\x21-\x7E]{4,512}$/.test(input)) return input;
  throw new EnvError("must have no space and no line end: store it with `printf %s`, not with `echo`");
});

const SPECS = {
  STORAGE_BUCKET: bucketName({ default: undefined, desc: "The bucket for files, results and programs." }),
  STORAGE_HMAC_ACCESS_ID: withoutSpaces({
    default: undefined,
    desc: "Access ID of the HMAC key that URLs are signed with.",
  }),
  STORAGE_HMAC_SECRET: withoutSpaces({ default: undefined, desc: "The secret of that key." }),
  STORAGE_URL: secureUrl({
    default: "https://storage.googleapis.com",
    desc: "Where Google Cloud Storage answers.",
  }),
  GCE_METADATA_HOST: str({ default: "metadata.google.internal", desc: "Where the metadata server answers." }),
};

/**
 * Reads where files, results and programs are kept.
 * @returns null when no bucket is set
 * @throws SettingsError
 */
export function loadStorageSettings(
  environment?: Readonly<Record<string, string | undefined>>,
): StorageSettings | null {
  const env = loadSettings(SPECS, environment);
  const { STORAGE_BUCKET: bucket, STORAGE_HMAC_ACCESS_ID: accessId, STORAGE_HMAC_SECRET: secret } = env;
  if ((accessId === undefined) !== (secret === undefined))
    throw new SettingsError(
      "Wrong settings: STORAGE_HMAC_ACCESS_ID and STORAGE_HMAC_SECRET belong together. Set both, or neither.",
    );
  if (bucket === undefined) return null;
  return {
    bucket,
    endpoint: new URL(env.STORAGE_URL).origin,
    hmacKey: accessId === undefined || secret === undefined ? null : { accessId, secret },
    metadataHost: env.GCE_METADATA_HOST,
  };
}
