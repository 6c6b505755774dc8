import { str } from "envalid";
import { loadSettings, SettingsError } from "./load-settings.ts";
import { audiences, baseUrl, emails, onOrOff, secureUrl } from "./setting-kinds.ts";

/** Whose Google identity tokens are credentials. */
export interface GoogleSettings {
  /** E-mail addresses in lower case. */
  readonly principals: readonly string[];
  /** What a token may have been made for. */
  readonly audiences: readonly string[];
  /** E-mail addresses of accounts that programs run under, in lower case: never taken, whoever else is. */
  readonly sandboxAccounts: readonly string[];
  /** Where Google's public keys are. */
  readonly keysUrl: URL;
}

/** The client id of the gcloud CLI: what `gcloud functions call` and a person's `gcloud auth print-identity-token` make tokens for. */
const GCLOUD_AUDIENCE = "32555940559.apps.googleusercontent.com";

/** The paths of functions: callers on Google Cloud ask for tokens for the address that they call. */
const FUNCTIONS = ["", "/execute", "/query", "/health", "/mcp"];

const SPECS = {
  ALLOWED_GOOGLE_PRINCIPALS: emails({
    default: [],
    desc: "E-mail addresses of Google accounts whose identity tokens are credentials, with commas between them.",
  }),
  GOOGLE_TOKEN_AUDIENCES: audiences({
    default: undefined,
    desc: "What such a token may be made for, with commas between them; PUBLIC_BASE_URL and the functions below it by default.",
  }),
  ALLOW_GCLOUD_AUDIENCE: onOrOff({
    default: false,
    desc: "on takes the tokens of the gcloud CLI too, which are made for it and not for this server.",
  }),
  SANDBOX_SERVICE_ACCOUNT: emails({
    default: undefined,
    desc: "The accounts that programs run under, with commas between them: their tokens are always refused.",
  }),
  GOOGLE_KEYS_URL: secureUrl({
    default: "https://www.googleapis.com/oauth2/v3/certs",
    desc: "Where Google's public keys are fetched.",
  }),
  GOOGLE_CLOUD_PROJECT: str({ default: undefined, desc: "The Google Cloud project." }),
  PUBLIC_BASE_URL: baseUrl({ default: undefined, desc: "The address that the public uses." }),
};

/**
 * Reads who of Google may call.
 * @returns null when no account may
 * @throws SettingsError
 */
export function loadGoogleSettings(
  environment?: Readonly<Record<string, string | undefined>>,
): GoogleSettings | null {
  const env = loadSettings(SPECS, environment);
  if (env.ALLOWED_GOOGLE_PRINCIPALS.length === 0) return null;
  const base = env.PUBLIC_BASE_URL;
  const own = base === undefined ? [] : FUNCTIONS.map((path) => `${base}${path}`);
  if (env.GOOGLE_TOKEN_AUDIENCES === undefined && own.length === 0 && !env.ALLOW_GCLOUD_AUDIENCE) {
    throw new SettingsError(
      "Wrong settings: GOOGLE_TOKEN_AUDIENCES is missing. Say what identity tokens are made for, or set PUBLIC_BASE_URL.",
    );
  }
  const project = env.GOOGLE_CLOUD_PROJECT;
  const usual = project === undefined ? [] : [`sandbox@${project}.iam.gserviceaccount.com`];
  return {
    principals: env.ALLOWED_GOOGLE_PRINCIPALS,
    audiences: [
      ...(env.GOOGLE_TOKEN_AUDIENCES ?? own),
      ...(env.ALLOW_GCLOUD_AUDIENCE ? [GCLOUD_AUDIENCE] : []),
    ],
    sandboxAccounts: env.SANDBOX_SERVICE_ACCOUNT ?? usual,
    keysUrl: new URL(env.GOOGLE_KEYS_URL),
  };
}
