import { str } from "envalid";
import { type GoogleSettings, loadGoogleSettings } from "./google-settings.ts";
import { loadSettings } from "./load-settings.ts";
import { apiKey, baseUrl, integer, namedKeys } from "./setting-kinds.ts";

/** What every function's edge needs to know. */
export interface EdgeSettings {
  readonly apiKeys: readonly { readonly name: string; readonly key: string }[];
  /** Whose Google identity tokens are taken; left out or null for nobody's. */
  readonly google?: GoogleSettings | null;
  readonly publicBaseUrl: string | null;
  readonly corsAllowedOrigins: string;
  readonly executeRatePerMinute: number;
  readonly queryRatePerMinute: number;
  readonly projectId: string | null;
}

/** The variables that every function's edge reads. */
export const EDGE_SETTINGS = {
  CODEX_API_TOKEN: apiKey({ default: undefined, desc: "A first API key." }),
  CODEX_API_TOKENS: namedKeys({ default: [], desc: "More API keys, as name=key with commas between them." }),
  GATEWAY_API_KEY: apiKey({ default: undefined, desc: "Another API key." }),
  PUBLIC_BASE_URL: baseUrl({ default: undefined, desc: "The address that the public uses." }),
  CORS_ALLOWED_ORIGINS: str({ default: "*", desc: "Origins whose pages may call, or *." }),
  EXECUTE_RATE_PER_MINUTE: integer(
    0,
    1_000_000,
  )({ default: 10, desc: "Programs a minute for each key; 0 for no limit." }),
  QUERY_RATE_PER_MINUTE: integer(
    0,
    1_000_000,
  )({ default: 60, desc: "Statements a minute for each key; 0 for no limit." }),
  GOOGLE_CLOUD_PROJECT: str({ default: undefined, desc: "The Google Cloud project." }),
};

/**
 * Reads the settings of the edge from the environment.
 * @throws SettingsError
 */
export function loadEdgeSettings(environment?: Readonly<Record<string, string | undefined>>): EdgeSettings {
  const env = loadSettings(EDGE_SETTINGS, environment);
  return {
    apiKeys: [
      ...(env.CODEX_API_TOKEN ? [{ name: "default", key: env.CODEX_API_TOKEN }] : []),
      ...(env.GATEWAY_API_KEY ? [{ name: "gateway", key: env.GATEWAY_API_KEY }] : []),
      ...env.CODEX_API_TOKENS,
    ],
    google: loadGoogleSettings(environment),
    publicBaseUrl: env.PUBLIC_BASE_URL ?? null,
    corsAllowedOrigins: env.CORS_ALLOWED_ORIGINS,
    executeRatePerMinute: env.EXECUTE_RATE_PER_MINUTE,
    queryRatePerMinute: env.QUERY_RATE_PER_MINUTE,
    projectId: env.GOOGLE_CLOUD_PROJECT ?? null,
  };
}
