import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll } from "@jest/globals";
import { createDuckdbWarehouse } from "#functions/query/warehouse/warehouse-duckdb/warehouse-duckdb.ts";
import { createFolderObjectStore } from "#shared/object-store/object-store-folder.ts";
import { createLogger } from "#shared/observability/logger.ts";
import { type ServedQuery, serveQuery } from "./serve-query.fixture.ts";

/** The embedded warehouse behind the pipeline, over a folder of tables and a folder of results. */
export interface ServedFolder extends ServedQuery {
  /** Writes a file of the project `demo`, such as `shop/orders.csv`. */
  write(path: string, content: string): void;
  /** Results that are kept now. */
  keptResults(): Promise<number>;
  /** Ends the server and starts another one over the same folders. */
  restart(): Promise<void>;
}

/** Serves one warehouse to all tests of the describe block around the call. */
export function serveFolder(): ServedFolder {
  let root = "";
  let running: Awaited<ReturnType<typeof begin>> | undefined;
  const folder = () => join(root, "warehouse");
  const current = () => {
    if (running === undefined) throw new Error("The server runs only while tests do.");
    return running;
  };

  async function begin() {
    const logger = createLogger({}, () => undefined);
    const results = await createFolderObjectStore({ folder: join(root, "files"), maxBytes: 2 ** 28, logger });
    const warehouse = createDuckdbWarehouse({ folder: folder(), project: "demo", results, logger });
    return { served: await serveQuery(warehouse), warehouse, results };
  }

  async function end() {
    const { served, warehouse, results } = current();
    await served.stop();
    await warehouse.close();
    await results.close();
  }

  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), "query-test-"));
    // The engine reads as another user than the one who runs the tests.
    chmodSync(root, 0o755);
    mkdirSync(join(folder(), "demo"), { recursive: true });
    running = await begin();
  });
  afterAll(async () => {
    await end();
    rmSync(root, { recursive: true, force: true });
  });
  return {
    query: (...given) => current().served.query(...given),
    get: (...given) => current().served.get(...given),
    remove: (...given) => current().served.remove(...given),
    write(path, content) {
      const target = join(folder(), "demo", path);
      mkdirSync(dirname(target), { recursive: true });
      writeFileSync(target, content);
    },
    keptResults: async () => (await current().results.list("query-results/", { limit: 100 })).length,
    async restart() {
      await end();
      running = await begin();
    },
  };
}
