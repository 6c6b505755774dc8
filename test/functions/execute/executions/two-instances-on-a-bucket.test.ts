import { beforeEach, describe, expect, it } from "@jest/globals";
import { createExecutionId } from "#functions/execute/executions/execution-id.ts";
import { createExecutionStore, type ExecutionStore } from "#functions/execute/executions/execution-store.ts";
import { createSessionStore } from "#functions/execute/executions/session-store.ts";
import { createLogger } from "#shared/observability/logger.ts";
import { plant, useBucket } from "../../../object-store/bucket.fixture.ts";

const OWNER = "a".repeat(32);
const LOGGER = createLogger({}, () => undefined);

describe("two instances of the function over one bucket", () => {
  const world = useBucket();
  let here: ExecutionStore;
  let there: ExecutionStore;
  beforeEach(() => {
    here = createExecutionStore(world.open(), LOGGER);
    there = createExecutionStore(world.open(), LOGGER);
  });
  const claimOf = (executionId: string) => ({ executionId, requestHash: "hash" });

  it("let one of five calls with one idempotency key run, and tell the others which, while answers get lost", async () => {
    for (let round = 0; round < 5; round += 1) {
      world.fail("PUT", { reset: "after" }, { status: 503 }, { reset: "before" });
      const key = `key ${round}`;
      const instances = [here, there, here, there, here];
      const claims = await Promise.all(
        instances.map((instance, caller) => instance.claim(OWNER, key, claimOf(`run-${caller}`))),
      );
      const winner = claims.indexOf(null);
      expect(claims.filter((claim) => claim !== null)).toEqual(
        Array.from({ length: 4 }, () => claimOf(`run-${winner}`)),
      );
    }
  });

  it("tell each other's executions, when the one that began them is gone too", async () => {
    const records = Array.from({ length: 12 }, () => ({
      id: createExecutionId(),
      language: "python" as const,
      startedAt: new Date().toISOString(),
      outcome: null,
    }));
    for (const [n, record] of records.entries()) {
      if (n % 2 === 0) await here.records.save(OWNER, record);
      else here.records.saveLater(OWNER, record);
    }
    await here.records.settle();
    for (const record of records) expect(await there.records.find(OWNER, record.id)).toEqual(record);
    const listed = await there.records.list(OWNER, { limit: 100 });
    expect(listed.map(({ id }) => id)).toEqual(records.map(({ id }) => id).sort());
    await there.askToCancel(OWNER, records[0]?.id ?? "");
    expect(await here.isAskedToCancel(OWNER, records[0]?.id ?? "")).toBe(true);
    await there.remove(OWNER, records[0]?.id ?? "");
    expect(await here.records.find(OWNER, records[0]?.id ?? "")).toBeNull();
  });

  it("list a hundred of thousands without waiting for each", async () => {
    const ids = Array.from({ length: 1_000 }, () => createExecutionId()).sort();
    for (const id of ids) {
      const record = { id, language: "python", startedAt: new Date().toISOString(), outcome: null };
      plant(world, `executions/${OWNER}/${id}`, JSON.stringify([record]));
    }
    world.storage.faultOf = ({ method }) => (method === "GET" ? { delayMs: 300 } : null);
    const startMs = performance.now();
    const listed = await here.records.list(OWNER, { limit: 100, after: ids[499] ?? "" });
    expect(listed.map(({ id }) => id)).toEqual(ids.slice(500, 600));
    // One after the other, they would take more than thirty seconds.
    expect(performance.now() - startMs).toBeLessThan(25_000);
  });

  it("let one program at a time into a session, and hand its folder on", async () => {
    const [sessions, others] = [createSessionStore(world.open()), createSessionStore(world.open())];
    const session = await sessions.open(OWNER, "new");
    await expect(others.open(OWNER, session.id)).rejects.toMatchObject({ code: "conflict" });
    const store = world.open();
    await store.put("files/x", Buffer.from("kept"), world.inAnHour());
    await session.save([{ name: "a.txt", sizeBytes: 4, mimeType: "text/plain", key: "files/x" }], []);
    world.fail("DELETE", { reset: "after" });
    await session.close();
    const next = await others.open(OWNER, session.id);
    const chunks: Uint8Array[] = [];
    for await (const chunk of next.files[0]?.content ?? []) chunks.push(chunk);
    expect(Buffer.concat(chunks).toString()).toBe("kept");
    await next.close();
  });
});
