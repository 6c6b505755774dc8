import { loadSettings } from "#shared/config/load-settings.ts";
import { functionAddresses, onOrOff, origins } from "#shared/config/setting-kinds.ts";
import type { FunctionName } from "#shared/contract/operation.ts";

/** What the function `mcp` needs to know beside the edge. */
export interface McpSettings {
  /** Origins of web pages that may call, beside those of this machine and this server. */
  readonly allowedOrigins: readonly string[];
  /** Functions that are reached elsewhere than below the public address. */
  readonly addresses: Partial<Readonly<Record<FunctionName, string>>>;
  /** True when the warehouse takes statements that write. */
  readonly warehouseTakesWrites: boolean;
}

/**
 * Reads the settings of the protocol's endpoint from the environment.
 * @throws SettingsError
 */
export function loadMcpSettings(environment?: Readonly<Record<string, string | undefined>>): McpSettings {
  const env = loadSettings(
    {
      MCP_ALLOWED_ORIGINS: origins({ default: [], desc: "Further origins of pages that may call /mcp." }),
      FUNCTION_URLS: functionAddresses({ default: {}, desc: "Where functions are, as name=address." }),
      BIGQUERY_ALLOW_WRITES: onOrOff({ default: false, desc: "Whether statements may write." }),
    },
    environment,
  );
  return {
    allowedOrigins: env.MCP_ALLOWED_ORIGINS,
    addresses: env.FUNCTION_URLS,
    warehouseTakesWrites: env.BIGQUERY_ALLOW_WRITES,
  };
}
