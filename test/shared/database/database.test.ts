import { randomUUID } from "node:crypto";
import { expect, it } from "@jest/globals";
import { sql } from "kysely";
import { describeOnBothDatabases } from "../../support/databases.ts";

describeOnBothDatabases("a database", (database) => {
  it("gives every kind of value back as it was put", async () => {
    const expiresAt = new Date("2030-02-03T04:05:06.789Z");
    const payload = { snake_case: [1, "two", null, { camelCase: true }], späße: "🙂" };
    const idHash = randomUUID();
    await database()
      .insertInto("oauthRecords")
      .values({ kind: "AccessToken", idHash, payload: JSON.stringify(payload), expiresAt })
      .execute();
    const row = await database()
      .selectFrom("oauthRecords")
      .selectAll()
      .where("idHash", "=", idHash)
      .executeTakeFirstOrThrow();
    expect(row).toMatchObject({ kind: "AccessToken", payload, expiresAt, grantId: null, consumedAt: null });
    expect(Math.abs(row.createdAt.getTime() - Date.now())).toBeLessThan(3_600_000);
  });

  it("gives lists of text, numbers past 32 bits and amounts of money back as they were put", async () => {
    const key = { id: randomUUID(), name: 'a "quoted", {braced} name', keyHash: randomUUID() };
    const scopes = ["execute", "query:write", 'with "quotes", commas and \\'];
    await database()
      .insertInto("apiKeys")
      .values({ ...key, scopes })
      .execute();
    const stored = await database()
      .selectFrom("apiKeys")
      .select(["name", "scopes"])
      .where("id", "=", key.id)
      .executeTakeFirst();
    expect(stored).toEqual({ name: key.name, scopes });
    const event = await database()
      .insertInto("auditEvents")
      .values({
        principalId: "key:a",
        principalName: "a",
        operation: "query_bigquery",
        outcome: "ok",
        status: 200,
        durationMs: 12,
        costUsd: 0.0000625,
        bytes: 9_007_199_254_740_991,
        requestId: "r",
      })
      .returning(["id", "bytes", "costUsd"])
      .executeTakeFirstOrThrow();
    expect(event).toEqual({ id: expect.any(Number), bytes: 9_007_199_254_740_991, costUsd: 0.0000625 });
  });

  it("tells a broken rule by PostgreSQL's own code", async () => {
    await database().insertInto("owner").defaultValues().execute();
    await expect(database().insertInto("owner").defaultValues().execute()).rejects.toMatchObject({
      code: "23505",
    });
    await expect(database().insertInto("owner").values({ id: 2 }).execute()).rejects.toMatchObject({
      code: "23514",
    });
  });

  it("lets one of twenty who redeem the same thing win", async () => {
    const idHash = randomUUID();
    await database()
      .insertInto("oauthRecords")
      .values({ kind: "AuthorizationCode", idHash, payload: "{}" })
      .execute();
    const redeem = () =>
      database()
        .updateTable("oauthRecords")
        .set({ consumedAt: new Date() })
        .where("idHash", "=", idHash)
        .where("consumedAt", "is", null)
        .returning("idHash")
        .execute();
    const won = await Promise.all(Array.from({ length: 20 }, redeem));
    expect(won.filter((rows) => rows.length === 1)).toHaveLength(1);
  });

  it("keeps nothing of a transaction that throws, nor of one that goes on after a failed statement", async () => {
    const insert = (name: string) => ({ id: randomUUID(), name, keyHash: name, scopes: [] });
    const thrown = database()
      .transaction()
      .execute(async (transaction) => {
        await transaction.insertInto("apiKeys").values(insert("thrown")).execute();
        throw new Error("second thoughts");
      });
    await expect(thrown).rejects.toThrow("second thoughts");
    const wentOn = database()
      .transaction()
      .execute(async (transaction) => {
        await transaction.insertInto("apiKeys").values(insert("went-on")).execute();
        await sql`select 1 / 0`.execute(transaction).catch(() => undefined);
      });
    await expect(wentOn).rejects.toThrow();
    const kept = database().selectFrom("apiKeys").select("name").where("name", "in", ["thrown", "went-on"]);
    expect(await kept.execute()).toEqual([]);
  });

  it("runs fifty transactions at once and counts right", async () => {
    await database().insertInto("serverKeys").values({ name: "counter", value: '{"n":0}' }).execute();
    const add = () =>
      database()
        .transaction()
        .execute(async (transaction) => {
          const { value } = await transaction
            .selectFrom("serverKeys")
            .select("value")
            .where("name", "=", "counter")
            .forUpdate()
            .executeTakeFirstOrThrow();
          const n = Number(value["n"]) + 1;
          await transaction
            .updateTable("serverKeys")
            .set({ value: JSON.stringify({ n }) })
            .where("name", "=", "counter")
            .execute();
        });
    await Promise.all(Array.from({ length: 50 }, add));
    const counted = database().selectFrom("serverKeys").select("value").where("name", "=", "counter");
    expect(await counted.executeTakeFirst()).toEqual({ value: { n: 50 } });
  });

  it("takes hostile text for text", async () => {
    const name = "'; drop table api_keys; -- \\ $1 \u2028";
    await database()
      .insertInto("apiKeys")
      .values({ id: randomUUID(), name, keyHash: name, scopes: [] })
      .execute();
    const found = database().selectFrom("apiKeys").select("name").where("name", "=", name);
    expect(await found.execute()).toEqual([{ name }]);
  });
});
