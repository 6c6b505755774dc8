import { setTimeout as sleep } from "node:timers/promises";
import { orExit } from "#shared/config/load-settings.ts";
import { describeCause } from "#shared/observability/describe-cause.ts";
import { createLogger } from "#shared/observability/logger.ts";
import { createFindObstacle } from "../supervisor/find-obstacle.ts";
import { openSandboxes } from "../zygote/open-sandboxes.ts";
import { loadJobSettings } from "./job-settings.ts";
import { runDocument } from "./run-document.ts";
import { serveJob } from "./serve-job.ts";

// What a container of the sandbox's job runs: it fetches one program, runs it in a jail, puts its result and ends. It holds no credential
// but the addresses that it was started with, and the jail does not see those.
const LONGEST_MS = 180_000;
const CLOSE_MS = 3_000;

const logger = createLogger();
const settings = orExit(loadJobSettings);
const { limits, memoryCgroup, language } = settings;
const sandboxes = openSandboxes({
  logger,
  warm: { python: 0, data: 0, javascript: 0, node: 0 },
  memoryCgroup,
  limits,
  ahead: language,
});
const findObstacle = createFindObstacle({});
const stop = new AbortController();
for (const name of ["SIGTERM", "SIGINT"] as const) {
  process.on(name, () => stop.abort(new Error("The container was told to end")));
}
const signal = AbortSignal.any([stop.signal, AbortSignal.timeout(LONGEST_MS)]);

try {
  const { pool } = sandboxes;
  const end = await serveJob(
    settings,
    (document) => runDocument(document, { pool, limits, findObstacle, logger, signal }),
    signal,
  );
  if (end === "not_ours") logger.log("NOTICE", "Another container has the program, or nobody wants it");
} catch (error) {
  logger.log("ERROR", "A program has no result", { ...describeCause(error) });
  process.exitCode = 1;
}
await Promise.race([sandboxes.close(), sleep(CLOSE_MS)]);
process.exit();
