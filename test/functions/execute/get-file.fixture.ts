import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll } from "@jest/globals";
import { createGetFile, type FileToken } from "#functions/execute/get-file.ts";
import { type GetFileParameters, getFile } from "#shared/contract/execute/get-file.ts";
import { toStreamRoute } from "#shared/http/route.ts";
import type { ObjectStore } from "#shared/object-store/object-store.ts";
import { createFolderObjectStore } from "#shared/object-store/object-store-folder.ts";
import { createLogger } from "#shared/observability/logger.ts";
import { createSigner } from "#shared/signing/create-signer.ts";
import { compileParameters, type ServedRoutes, serveRoutes } from "../../http/serve-routes.fixture.ts";

const HOUR_MS = 3_600_000;
/** When links and files of the tests end. */
export const inAnHour = () => new Date(Date.now() + HOUR_MS);
/** What a small file holds. */
export const TEXT = "0123456789";
/** More than one chunk of a stream. */
export const LARGE_BYTES = 3 * 1024 * 1024 + 7;

/** Signs as the server does. */
export const signer = createSigner({ keys: ["k".repeat(32)], purpose: "file" });
/** Serves the files of a store. */
export const serveStore = (store: ObjectStore): Promise<ServedRoutes> =>
  serveRoutes([
    toStreamRoute(getFile, compileParameters<GetFileParameters>(getFile), createGetFile({ store, signer })),
  ]);

/** Serves files around the tests of a file. */
export function serveFiles() {
  let folder: string;
  let store: ObjectStore;
  let served: ServedRoutes;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "get-file-test-"));
    const logger = createLogger({}, () => undefined);
    store = await createFolderObjectStore({
      folder: join(folder, "store"),
      maxBytes: 64 * 1024 * 1024,
      logger,
    });
    await store.put("files/text", Buffer.from(TEXT), { expiresAt: inAnHour() });
    await store.put("files/other", Buffer.from(TEXT), { expiresAt: inAnHour() });
    await store.put("files/empty", Buffer.alloc(0), { expiresAt: inAnHour() });
    await store.put("files/large", Buffer.alloc(LARGE_BYTES, "large"), { expiresAt: inAnHour() });
    served = await serveStore(store);
  });
  afterAll(async () => {
    await served.stop();
    await store.close();
    await rm(folder, { recursive: true, force: true });
  });

  return {
    store: () => store,
    get: (path: string, headers: Readonly<Record<string, string>> = {}, method = "GET") =>
      fetch(`${served.url}${path}`, { method, headers }),
    served: () => served,
  };
}

/** The path of a link, as an answer of execute_code would carry it. */
export function linkTo(token: FileToken, name = "a.csv", expiresAt = inAnHour()): string {
  return `/execute/files/${signer.sign(token, expiresAt)}/${name}`;
}

/** A link to a small file. */
export const csv = (key = "files/text"): string => linkTo({ k: key, t: "text/csv" });

/** One header of an answer. */
export const header = (response: Response, name: string) => response.headers.get(name);
