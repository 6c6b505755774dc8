import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { orExit } from "#shared/config/load-settings.ts";
import { createLogger } from "#shared/observability/logger.ts";
import { createFindObstacle } from "../supervisor/find-obstacle.ts";
import { openSandboxes } from "../zygote/open-sandboxes.ts";
import { createOneRunServer } from "./create-one-run-server.ts";
import { runDocument } from "./run-document.ts";
import { loadServiceSettings } from "./service-settings.ts";

// What a container of the sandbox's service runs: it serves one program and ends, so that every program has a container that no program
// used before. The sandboxes wait before the program comes.
const CLOSE_MS = 3_000;

const logger = createLogger();
const settings = orExit(loadServiceSettings);
const { warm, memoryCgroup, limits } = settings;
const sandboxes = openSandboxes({ logger, warm, memoryCgroup, limits });
const findObstacle = createFindObstacle({});
const { server, served, refuse, close } = createOneRunServer({
  logger,
  run: (document, signal) =>
    runDocument(document, { pool: sandboxes.pool, limits, findObstacle, logger, signal }),
});

/** Ends the container. What does not end in time ends with it. */
async function leave(): Promise<never> {
  await Promise.race([sandboxes.close(), sleep(CLOSE_MS)]);
  // Last: until then whoever comes is told that nothing was run.
  await close();
  process.exit(0);
}

process.on("SIGTERM", () => {
  if (refuse()) void leave();
});
process.on("SIGINT", () => void leave());
void served.then(leave);

try {
  server.listen(settings.port, settings.host);
  await once(server, "listening");
} catch (thrown) {
  const code = thrown instanceof Error && "code" in thrown ? String(thrown.code) : "unknown";
  process.stderr.write(`The port cannot be opened (${code}). Set HOST and PORT to a free address.\n`);
  process.exit(1);
}
const address = server.address();
logger.log("INFO", "A sandbox waits for its program", {
  port: typeof address === "object" ? address?.port : settings.port,
});
