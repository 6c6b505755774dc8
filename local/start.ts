import { once } from "node:events";
import type { Server } from "node:http";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createDocs } from "#functions/docs/create-docs.ts";
import { createExecute } from "#functions/execute/create-execute.ts";
import { createHealth } from "#functions/health/create-health.ts";
import { createMcp } from "#functions/mcp/create-mcp.ts";
import { createOauthWithPages } from "#functions/oauth/create-oauth-with-pages.ts";
import { createQuery } from "#functions/query/create-query.ts";
import type { EdgeSettings } from "#shared/config/edge-settings.ts";
import { SettingsError } from "#shared/config/load-settings.ts";
import { VERSION } from "#shared/contract/version.ts";
import { onShutdown } from "#shared/http/drain.ts";
import { installEdge } from "#shared/http/edge.ts";
import { openGate } from "#shared/http/open-gate.ts";
import type { Pipeline } from "#shared/http/pipeline.ts";
import { createFunctionPipeline } from "#shared/http/serve-function.ts";
import { serveNode } from "#shared/http/serve-node.ts";
import { createFolderObjectStore } from "#shared/object-store/object-store-folder.ts";
import { createLogger } from "#shared/observability/logger.ts";
import { announceSetUp } from "./announce-set-up.ts";
import { apiKeyFile, loadOrCreateApiKey } from "./api-key-file.ts";
import { createLocalSandbox } from "./create-local-sandbox.ts";
import { createLocalWarehouse } from "./create-local-warehouse.ts";
import { createOnePortServer } from "./create-one-port-server.ts";
import { prepareDataFolder } from "./data-folder.ts";
import { type LocalSettings, loadLocalSettings } from "./local-settings.ts";
import { openLocalDatabase } from "./open-local-database.ts";
import { createProcessSender } from "./send-within-process.ts";
import { loadOrCreateSigningKey } from "./signing-key-file.ts";
import { describeStart } from "./welcome.ts";

const ASSET_DIRECTORIES = ["../node_modules/swagger-ui-dist", "../functions/docs/assets"].map((folder) =>
  fileURLToPath(new URL(folder, import.meta.url)),
);

/** Starts everything on this machine, on one port. @throws SettingsError */
async function start(): Promise<void> {
  const settings = loadLocalSettings();
  prepareDataFolder(settings.dataFolder);
  const logger = createLogger();
  const ownKey = settings.edge.apiKeys.length === 0;
  const edge: EdgeSettings = ownKey
    ? { ...settings.edge, apiKeys: [{ name: "default", key: loadOrCreateApiKey(settings.dataFolder) }] }
    : settings.edge;
  installEdge();
  const { postgres, audit } = settings.database;
  const database = await openLocalDatabase({ dataFolder: settings.dataFolder, postgres, logger });
  const entrance = openGate({ edge, database, isShared: postgres !== null, audit, logger });
  const { executor, notices } = await createLocalSandbox(settings.sandbox, logger);
  const objects = await createFolderObjectStore({
    folder: join(settings.dataFolder, "files"),
    maxBytes: settings.filesMaxBytes,
    logger,
  });
  const warehouse = await createLocalWarehouse(settings, objects, logger);
  const signingKey = settings.execute.signingKey ?? loadOrCreateSigningKey(settings.dataFolder);
  const execute = createExecute({
    executor,
    objects,
    signingKey,
    fileHosts: settings.execute.fileHosts,
    logger,
  });
  onShutdown(async () => {
    await Promise.allSettled([execute.close().then(() => executor.close()), warehouse.close()]);
    await Promise.allSettled([objects.close(), entrance.close()]);
  });
  const routes = [
    execute.routes,
    createQuery({ warehouse, signingKey }),
    createHealth({ version: VERSION }),
    createMcp({
      send: createProcessSender((name) => pipelines.get(name)),
      origins: { allowedOrigins: settings.mcp.allowedOrigins, checkHost: true },
      issuerPath: "/oauth",
      warehouseTakesWrites: settings.warehouse === "bigquery" && settings.mcp.warehouseTakesWrites,
    }),
    createOauthWithPages({
      database: database.database,
      gate: entrance.gate,
      publicBaseUrl: edge.publicBaseUrl,
      settings: { ...settings.oauth, signingKey },
      logger,
    }),
    await createDocs({ assetDirectories: ASSET_DIRECTORIES, version: VERSION }),
  ];
  const pipelines = new Map<string, Pipeline>();
  const functions = routes.map((each) => {
    const pipeline = createFunctionPipeline(each, edge, logger, entrance.gate);
    pipelines.set(each.name, pipeline);
    return { routes: each, serve: serveNode(pipeline, edge.publicBaseUrl) };
  });
  const server = createOnePortServer(functions, "docs");
  const address = await listen(server, settings);
  const keyFile = ownKey ? apiKeyFile(settings.dataFolder) : null;
  process.stdout.write(
    `${describeStart({ address, publicBaseUrl: edge.publicBaseUrl, keyFile, notices })}\n`,
  );
  announceSetUp(database.database, `${edge.publicBaseUrl ?? address}/oauth/owner`, logger);
}

/** @returns the address that the server listens on @throws SettingsError when the port cannot be had */
async function listen(server: Server, { host, port }: LocalSettings): Promise<string> {
  server.listen(port, host);
  try {
    await once(server, "listening");
  } catch (thrown) {
    const code = thrown instanceof Error && "code" in thrown ? thrown.code : undefined;
    throw new SettingsError(
      code === "EADDRINUSE"
        ? `Port ${port} of ${host} is taken. Stop what uses it, or set PORT to another one.`
        : `Port ${port} of ${host} cannot be opened (${String(code)}). Set HOST and PORT to an address of this machine.`,
    );
  }
  const bound = server.address();
  const actual = typeof bound === "object" && bound !== null ? bound.port : port;
  return `http://${host.includes(":") ? `[${host}]` : host}:${actual}`;
}

try {
  await start();
} catch (thrown) {
  if (!(thrown instanceof SettingsError)) throw thrown;
  process.stderr.write(`${thrown.message}\n`);
  process.exit(1);
}
