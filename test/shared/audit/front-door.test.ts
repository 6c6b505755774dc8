import { createHash } from "node:crypto";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { describeWith } from "../../support/capabilities.ts";
import { ask as askServer, post } from "../../support/post.ts";
import { ask as askDatabase, type PostgresServer, startPostgres } from "../../support/start-postgres.ts";
import { type RunningServer, startServer } from "../../support/start-server.ts";

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

let postgres: PostgresServer;
let server: RunningServer;
let address: string;

/** Everything that was written down since the last look, oldest first. */
async function look(): Promise<readonly Record<string, unknown>[]> {
  const events = await askDatabase(address, "select * from audit_events order by id");
  await askDatabase(address, "delete from audit_events");
  return events;
}

describeWith(["postgres", "sandbox"], "the audit trail of a server", () => {
  beforeAll(async () => {
    postgres = await startPostgres();
    address = await postgres.createDatabase();
    server = await startServer({ DATABASE_URL: address });
  }, 180_000);
  afterAll(async () => {
    await server?.stop();
    await postgres.stop();
  }, 60_000);

  it("says who ran what and how it ended, and keeps the program's hash and size alone", async () => {
    const code = "print('höher')\nraise SystemExit(3)";
    const { body } = await post(server, "/execute", { code });
    expect(body.code).toBe("program_failed");
    const [event, ...more] = await look();
    expect(more).toEqual([]);
    expect(event).toMatchObject({
      principal_id: "key:default",
      principal_name: "default",
      client: null,
      operation: "execute_code",
      outcome: "program_failed",
      status: 200,
      cost_usd: null,
      text_sha256: sha256(code),
      text_bytes: Buffer.byteLength(code),
      text: null,
      request_id: body.request_id,
    });
    expect(event?.["duration_ms"]).toBeGreaterThanOrEqual(0);
  }, 60_000);

  it("says what was asked and read, also when nothing came of it", async () => {
    const statements = ["SELECT SUM(amount) AS total FROM `demo.sales.orders`", "SELECT FROM nowhere"];
    for (const sql of statements) await post(server, "/query", { sql });
    await askServer(server, "/datasets");
    await post(server, "/query", { sql: 1 });
    const events = await look();
    expect(events.map(({ operation, status }) => [operation, status])).toEqual([
      ["query_bigquery", 200],
      ["query_bigquery", 200],
      ["list_datasets", 200],
      ["query_bigquery", 400],
    ]);
    expect(events.map(({ text_sha256: hash }) => hash)).toEqual([...statements.map(sha256), null, null]);
    expect(events[3]).toMatchObject({ outcome: "validation_failed" });
    expect(events[1]?.["outcome"]).not.toBe("ok");
  }, 60_000);

  it("keeps nothing of strangers, of health, and of what was turned away for coming too often", async () => {
    await askServer(server, "/health");
    await post(server, "/execute", { code: "1" }, { authorization: "Bearer stranger" });
    for (let n = 0; n < 12; n++) await post(server, "/execute", "");
    const events = await look();
    expect(new Set(events.map(({ outcome }) => outcome))).toEqual(new Set(["body_required"]));
  }, 60_000);
});
