import { resolve } from "node:path";
import { str } from "envalid";
import { type ExecuteSettings, loadExecuteSettings } from "#functions/execute/config.ts";
import { loadMcpSettings, type McpSettings } from "#functions/mcp/config.ts";
import { loadOauthSettings, type OauthSettings } from "#functions/oauth/config.ts";
import { type DatabaseSettings, loadDatabaseSettings } from "#shared/config/database-settings.ts";
import { type EdgeSettings, loadEdgeSettings } from "#shared/config/edge-settings.ts";
import { loadSettings, SettingsError } from "#shared/config/load-settings.ts";
import { integer } from "#shared/config/setting-kinds.ts";
import { loadSandboxSettings, type SandboxSettings } from "./sandbox-settings.ts";

/** What one machine needs to know beside the edge. */
export interface LocalSettings {
  readonly host: string;
  /** 0 picks a free one. */
  readonly port: number;
  /** Absolute path of the folder that holds everything durable. */
  readonly dataFolder: string;
  readonly warehouse: "duckdb" | "bigquery";
  readonly edge: EdgeSettings;
  readonly sandbox: SandboxSettings;
  readonly execute: ExecuteSettings;
  readonly mcp: McpSettings;
  readonly oauth: OauthSettings;
  readonly database: DatabaseSettings;
  /** Bytes that files, results and sessions may take together. */
  readonly filesMaxBytes: number;
}

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|::1)$/;

/**
 * Reads the settings of the one-machine server.
 * @throws SettingsError
 */
export function loadLocalSettings(): LocalSettings {
  const env = loadSettings({
    HOST: str({ default: "127.0.0.1", desc: "The address to listen on." }),
    PORT: integer(0, 65_535)({ default: 8080, desc: "The port to listen on." }),
    CODEX_DATA_DIR: str({ default: ".data", desc: "The folder of everything durable." }),
    EXECUTOR: str({ default: "local", choices: ["local"], desc: "Where programs run." }),
    FILES_MAX_MIB: integer(
      64,
      1_000_000,
    )({ default: 2048, desc: "Disk space of programs' files, results and sessions, in MiB." }),
    WAREHOUSE: str({ default: "duckdb", choices: ["duckdb", "bigquery"], desc: "What answers SQL." }),
  });
  const edge = loadEdgeSettings();
  const sandbox = loadSandboxSettings();
  if (edge.publicBaseUrl === null && !LOOPBACK.test(env.HOST)) {
    throw new SettingsError(
      "Wrong settings: PUBLIC_BASE_URL is missing. Set it to the address that callers use, because HOST is not a loopback address.",
    );
  }
  const warehouse = env.WAREHOUSE === "bigquery" ? "bigquery" : "duckdb";
  const dataFolder = resolve(env.CODEX_DATA_DIR);
  const filesMaxBytes = env.FILES_MAX_MIB * 1024 * 1024;
  const execute = loadExecuteSettings();
  const mcp = loadMcpSettings();
  const oauth = loadOauthSettings();
  const database = loadDatabaseSettings();
  return {
    host: env.HOST,
    port: env.PORT,
    dataFolder,
    warehouse,
    edge,
    sandbox,
    execute,
    mcp,
    oauth,
    database,
    filesMaxBytes,
  };
}
