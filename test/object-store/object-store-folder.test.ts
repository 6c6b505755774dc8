import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "@jest/globals";
import { createFolderObjectStore } from "#shared/object-store/object-store-folder.ts";
import { createLogger } from "#shared/observability/logger.ts";
import { describeObjectStore } from "./object-store.contract.ts";

const folders: string[] = [];
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true }))));

describeObjectStore("the object store in a folder", async (now) => {
  const folder = await mkdtemp(join(tmpdir(), "objects-"));
  folders.push(folder);
  return createFolderObjectStore({
    folder,
    maxBytes: 1024 ** 3,
    logger: createLogger({}, () => undefined),
    now,
  });
});
