import { fileURLToPath } from "node:url";
import { loadEdgeSettings } from "#shared/config/edge-settings.ts";
import { orExit } from "#shared/config/load-settings.ts";
import { VERSION } from "#shared/contract/version.ts";
import { installEdge } from "#shared/http/edge.ts";
import { serveFunction } from "#shared/http/serve-function.ts";
import { createLogger } from "#shared/observability/logger.ts";
import { createDocs } from "./create-docs.ts";

installEdge();
const settings = orExit(() => loadEdgeSettings());
// The build puts every asset beside the bundle.
const assetDirectories = [fileURLToPath(new URL("./assets", import.meta.url))];

/** Entry point of the Cloud Function `docs`. */
export const docs = serveFunction(
  await createDocs({ assetDirectories, version: VERSION }),
  settings,
  createLogger(),
);
