import { cpSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { post } from "../../../support/post.ts";
import { type RunningServer, startServer } from "../../../support/start-server.ts";
import { type CorpusQuery, FIXTURE_FOLDER, FIXTURE_PROJECT } from "./corpus.ts";
import type { CorpusAnswer } from "./judge.ts";

/** A server whose embedded warehouse holds the corpus's tables. */
export interface CorpusServer {
  readonly server: RunningServer;
  ask(query: Pick<CorpusQuery, "sql" | "params">): Promise<CorpusAnswer>;
}

/** Starts the real server over the fixture; stop it with `server.stop()`. */
export async function startCorpusServer(): Promise<CorpusServer> {
  const server = await startServer({ QUERY_RATE_PER_MINUTE: "0", GOOGLE_CLOUD_PROJECT: FIXTURE_PROJECT });
  cpSync(fileURLToPath(FIXTURE_FOLDER), join(server.dataFolder, "warehouse"), { recursive: true });
  return {
    server,
    ask: ({ sql, params }) => post(server, "/query", { sql, ...(params === undefined ? {} : { params }) }),
  };
}
