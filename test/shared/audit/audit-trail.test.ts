import { expect, it } from "@jest/globals";
import { sql } from "kysely";
import { listAuditEntries } from "#shared/audit/audit-store.ts";
import type { AuditEvent } from "#shared/audit/audit-trail.ts";
import { createAuditTrail } from "#shared/audit/create-audit-trail.ts";
import { createPostgresDatabase } from "#shared/database/database-postgres.ts";
import { createLogger } from "#shared/observability/logger.ts";
import { describeWith } from "../../support/capabilities.ts";
import { describeOnBothDatabases } from "../../support/databases.ts";
import { findFreePort } from "../../support/free-port.ts";
import { startPostgres } from "../../support/start-postgres.ts";
import { waitUntil } from "../../support/wait-until.ts";

const TIMEOUT_MS = 120_000;
const silent = createLogger({}, () => undefined);

function eventOf(more: Partial<AuditEvent> = {}): AuditEvent {
  const who = { principalId: "key:default", principalName: "default", client: null };
  const what = { operation: "execute_code", outcome: "ok", status: 200, durationMs: 12 };
  return { at: new Date(), ...who, ...what, requestId: "r", ...more };
}

describeOnBothDatabases("the audit trail", (database) => {
  it("keeps who asked what and how it ended, of the text only its hash and size", async () => {
    const trail = createAuditTrail({ database: database(), days: 0, keepsText: false, logger: silent });
    const at = new Date("2026-05-06T07:08:09.123Z");
    const event = eventOf({
      at,
      client: "https://client.example",
      operation: "query_bigquery",
      outcome: "query_failed",
      costUsd: 0.00003125,
      bytes: 5_000_000_000,
      text: "SELECT 'späße'",
      requestId: "kept",
    });
    await trail.record(event);
    await trail.close();
    const [entry] = await listAuditEntries(database(), { limit: 10, operation: "query_bigquery" });
    const { text: _, ...known } = event;
    expect(entry).toEqual({
      id: expect.any(Number),
      ...known,
      textSha256: "157022f41831aaa5d0beba2063283e055e6ae0121292f563179060fc30c84038",
      textBytes: 16,
      text: null,
    });
  });

  it("keeps the text when the owner asked for it, also one that PostgreSQL cannot hold as it is", async () => {
    const trail = createAuditTrail({ database: database(), days: 90, keepsText: true, logger: silent });
    await trail.record(eventOf({ text: "print('\0\uD800')", principalName: "with text" }));
    await trail.close();
    const [entry] = await listAuditEntries(database(), { limit: 1, principal: "with text" });
    expect(entry?.text).toBe("print('\uFFFD\uFFFD')");
  });

  it("keeps every one of five hundred that come at once, and lists the newest first, page by page", async () => {
    const trail = createAuditTrail({ database: database(), days: 90, keepsText: false, logger: silent });
    const events = Array.from({ length: 500 }, (_, n) => eventOf({ principalId: "key:many", durationMs: n }));
    await Promise.all(events.map((event) => trail.record(event)));
    await trail.close();
    const seen: number[] = [];
    for (let before: number | undefined; ; ) {
      const page = await listAuditEntries(database(), { limit: 200, before, principal: "key:many" });
      seen.push(...page.map(({ durationMs }) => durationMs));
      before = page.at(-1)?.id;
      if (page.length < 200) break;
    }
    expect(seen).toEqual(events.map(({ durationMs }) => durationMs).toReversed());
  });

  it("forgets what is older than the days that it is kept, and nothing else", async () => {
    const old = (daysAgo: number) =>
      eventOf({
        principalId: "key:old",
        at: new Date(Date.now() - daysAgo * 86_400_000),
        durationMs: daysAgo,
      });
    const forEver = createAuditTrail({ database: database(), days: 0, keepsText: false, logger: silent });
    for (const daysAgo of [1, 29, 31, 400]) await forEver.record(old(daysAgo));
    await forEver.close();
    const kept = async () =>
      (await listAuditEntries(database(), { limit: 10, principal: "key:old" })).map(
        ({ durationMs }) => durationMs,
      );
    expect(await kept()).toEqual([400, 31, 29, 1]);
    const trail = createAuditTrail({ database: database(), days: 30, keepsText: false, logger: silent });
    await trail.record(eventOf());
    await trail.close();
    expect(await kept()).toEqual([29, 1]);
  });

  it("takes numbers and names that are out of all bounds", async () => {
    const trail = createAuditTrail({ database: database(), days: 90, keepsText: true, logger: silent });
    const name = `out of bounds ${"x".repeat(10_000)}`;
    const wild = {
      durationMs: 1e15,
      principalName: name,
      text: "y".repeat(1_000_000),
      outcome: "z".repeat(999),
    };
    await trail.record(eventOf(wild));
    await trail.close();
    const [entry] = await listAuditEntries(database(), { limit: 1, principal: name.slice(0, 256) });
    expect(entry).toMatchObject({ durationMs: 2 ** 31 - 1, textBytes: 1_000_000 });
    expect(entry?.text).toHaveLength(100_000);
  });

  it("stops nobody while a statement hangs", async () => {
    const lines: string[] = [];
    const logger = createLogger({}, (line) => lines.push(line));
    const trail = createAuditTrail({ database: database(), days: 90, keepsText: false, logger });
    await trail.record(eventOf());
    await trail.record(eventOf());
    const locked = Promise.withResolvers<void>();
    const recorded = Promise.withResolvers<void>();
    const lock = database()
      .transaction()
      .execute(async (transaction) => {
        await sql`lock table audit_events in access exclusive mode`.execute(transaction);
        locked.resolve();
        await recorded.promise;
      });
    await locked.promise;
    await trail.record(eventOf({ principalId: "key:hang" }));
    // The statement has neither ended nor been given up.
    expect(lines).toEqual([]);
    recorded.resolve();
    await lock;
    await trail.close();
    expect(await listAuditEntries(database(), { limit: 10, principal: "key:hang" })).toHaveLength(1);
  });
});

describeWith("postgres", "the audit trail while the server is away", () => {
  it(
    "keeps events in memory and writes them when it is back",
    async () => {
      const server = await startPostgres();
      const { database, close } = createPostgresDatabase({
        url: await server.createDatabase(),
        logger: silent,
      });
      const lines: string[] = [];
      const logger = createLogger({}, (line) => lines.push(line));
      const trail = createAuditTrail({ database, days: 90, keepsText: false, logger });
      await trail.record(eventOf());
      await server.halt("immediate");
      await trail.record(eventOf({ principalId: "key:away", text: "a secret program" }));
      await server.start();
      const kept = () => listAuditEntries(database, { limit: 10, principal: "key:away" }).catch(() => []);
      await waitUntil(async () => (await kept()).length > 0);
      expect(await kept()).toHaveLength(1);
      expect(lines.join("")).toContain("cannot be written and is tried again");
      expect(lines.join("")).not.toContain("secret");
      await trail.close();
      await close();
      await server.stop();
    },
    TIMEOUT_MS,
  );

  it(
    "says how many are lost when it never comes back",
    async () => {
      const url = `postgres://nobody:nothing@127.0.0.1:${await findFreePort()}/none`;
      const { database, close } = createPostgresDatabase({ url, logger: silent });
      const lines: string[] = [];
      const logger = createLogger({}, (line) => lines.push(line));
      const trail = createAuditTrail({ database, days: 90, keepsText: false, logger });
      await Promise.all(Array.from({ length: 1_003 }, () => trail.record(eventOf())));
      await trail.close();
      expect(lines.filter((line) => line.includes("an event of the audit trail is lost"))).toHaveLength(3);
      expect(lines.join("")).toContain('"lost":1000');
      await close();
    },
    TIMEOUT_MS,
  );
});
