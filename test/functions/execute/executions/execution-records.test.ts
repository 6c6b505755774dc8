import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { createExecutionId } from "#functions/execute/executions/execution-id.ts";
import { createExecutionRecords } from "#functions/execute/executions/execution-records.ts";
import type { ObjectStore } from "#shared/object-store/object-store.ts";
import { createFolderObjectStore } from "#shared/object-store/object-store-folder.ts";
import { createLogger } from "#shared/observability/logger.ts";

const OWNER = "a".repeat(32);
const LOGGER = createLogger({}, () => undefined);

describe("records of executions", () => {
  let folder: string;
  let store: ObjectStore;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "records-"));
    store = await createFolderObjectStore({ folder, maxBytes: 2 ** 28, logger: LOGGER });
  });
  afterEach(async () => {
    await store.close();
    await rm(folder, { recursive: true });
  });

  const open = () => createExecutionRecords(store, LOGGER);
  const toRecord = (id = createExecutionId()) =>
    ({ id, language: "python", startedAt: new Date().toISOString(), outcome: null }) as const;
  const make = async (count: number) => {
    const records = [];
    for (let index = 0; index < count; index += 1) {
      records.push(toRecord());
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    return records;
  };

  it("finds what waits to be saved, and saves many with one write", async () => {
    const [records, all] = [open(), await make(50)];
    for (const record of all) records.saveLater(OWNER, record);
    expect(await records.find(OWNER, all[7]?.id ?? "")).toEqual(all[7]);
    await records.settle();
    expect(await store.list("executions/", { limit: 9 })).toHaveLength(1);
    for (const record of all) expect(await open().find(OWNER, record.id)).toEqual(record);
  });

  it("finds a record among objects that several instances saved at the same time", async () => {
    const instances = [open(), open(), open()];
    const all = await make(30);
    for (const [index, record] of all.entries()) instances[index % 3]?.saveLater(OWNER, record);
    await Promise.all(instances.map((records) => records.settle()));
    for (const record of all) expect(await open().find(OWNER, record.id)).toEqual(record);
    expect(await open().list(OWNER, { limit: 100 })).toEqual(all.toReversed());
  });

  it("lists page by page, each record once, whether it waits or is saved", async () => {
    const [records, all] = [open(), await make(25)];
    for (const record of all.slice(0, 10)) records.saveLater(OWNER, record);
    await records.settle();
    for (const record of all.slice(10, 15)) await records.save(OWNER, record);
    for (const record of all.slice(15)) records.saveLater(OWNER, record);
    const found = [];
    for (let after: string | undefined; ; ) {
      const page = await records.list(OWNER, { limit: 4, ...(after === undefined ? {} : { after }) });
      if (page.length === 0) break;
      found.push(...page);
      after = page.at(-1)?.id;
    }
    expect(found).toEqual(all.toReversed());
  });

  it("removes one of many, and keeps the others", async () => {
    const [records, all] = [open(), await make(3)];
    for (const record of all) records.saveLater(OWNER, record);
    for (const [index, { id }] of all.entries()) {
      await records.remove(OWNER, id);
      expect(await records.find(OWNER, id)).toBeNull();
      expect(await records.list(OWNER, { limit: 9 })).toEqual(all.slice(index + 1).toReversed());
    }
  });

  it("knows nothing of another owner's", async () => {
    const [records, [record = toRecord()]] = [open(), await make(1)];
    records.saveLater(OWNER, record);
    expect(await records.find("b".repeat(32), record.id)).toBeNull();
    await records.settle();
    expect(await records.find("b".repeat(32), record.id)).toBeNull();
    expect(await records.list("b".repeat(32), { limit: 9 })).toEqual([]);
  });

  it("has everything saved when a store fails for a while", async () => {
    const lines: string[] = [];
    const logger = createLogger({}, (line) => lines.push(line));
    const failing = { ...store, put: () => Promise.reject(new Error("gone")) };
    const records = createExecutionRecords(failing, logger);
    records.saveLater(OWNER, toRecord());
    await records.settle();
    expect(lines.join()).toContain("could not be noted");
  });
});
