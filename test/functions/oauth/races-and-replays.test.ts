import { createHash } from "node:crypto";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { sql } from "kysely";
import {
  keepRecord,
  REFRESH_GRACE_SECONDS,
  redeemRecord,
  revokeGrant,
} from "#functions/oauth/store/record-store.ts";
import { createOauthTokenLookup } from "#shared/auth/oauth-tokens.ts";
import { waitUntil } from "../../support/wait-until.ts";
import { describeOnDatabases, type TestDatabases } from "./support/databases.ts";
import { getCode, isActive, redeem, refresh, register } from "./support/registered-client.ts";
import { serveOauth, type TestServer } from "./support/serve-oauth.ts";

const PUBLIC_ADDRESS = "https://tools.example.com";

// Two servers share a database, as instances in the cloud do; requests go to both in turn.
describeOnDatabases("two instances on one database", (databases: () => TestDatabases) => {
  let servers: readonly [TestServer, TestServer];
  let clientId: string;
  const of = (index: number): TestServer => servers[index % 2 === 0 ? 0 : 1];
  beforeAll(async () => {
    const { first, second } = databases();
    const one = await serveOauth({ database: first });
    servers = [one, await serveOauth({ database: second, baseUrl: one.url })];
    clientId = (await register(of(0))).body.client_id;
  }, 60_000);
  afterAll(() => Promise.all(servers.map((server) => server.close())));

  const moveClock = (token: string, seconds: number) =>
    sql`update oauth_records set consumed_at = consumed_at - make_interval(secs => ${seconds})
      where id_hash = ${createHash("sha256").update(token).digest("hex")}`.execute(databases().first);

  /** Keeps the row of a code locked until several redemptions wait for it: then they meet there, and not one after the other. */
  async function holdingBack<T>(code: string, work: () => Promise<T>): Promise<T> {
    const { second, hasConnections } = databases();
    if (!hasConnections) return work();
    let working: Promise<T> | null = null;
    await second.transaction().execute(async (transaction) => {
      const idHash = createHash("sha256").update(code).digest("hex");
      await sql`select 1 from oauth_records where id_hash = ${idHash} for update`.execute(transaction);
      working = work();
      await waitUntil(async () => {
        const { rows } = await sql<{ waiting: number }>`
          select count(*)::int as waiting from pg_locks where not granted`.execute(transaction);
        return (rows[0]?.waiting ?? 0) >= 4;
      });
    });
    return await (working ?? work());
  }

  it("redeem a code once, however many ask the database at the same time", async () => {
    const { first, second } = databases();
    const grantId = "once";
    const record = { payload: {}, grantId, uid: null, expiresInSeconds: 60 } as const;
    await keepRecord(first, { ...record, kind: "Grant", id: grantId });
    for (let round = 0; round < 5; round += 1) {
      const id = `code ${round}`;
      await keepRecord(first, { ...record, kind: "AuthorizationCode", id });
      const outcomes = await Promise.all(
        Array.from({ length: 20 }, (_, index) =>
          redeemRecord(index % 2 === 0 ? first : second, "AuthorizationCode", id),
        ),
      );
      expect(outcomes.filter((outcome) => outcome === "redeemed")).toHaveLength(1);
    }
    await revokeGrant(first, grantId);
  });

  it("give one winner to twenty parallel redemptions of a code, and revoke its grant", async () => {
    const code = await getCode(of(0), clientId);
    const answers = await holdingBack(code.code, () =>
      Promise.all(Array.from({ length: 20 }, (_, index) => redeem(of(index), clientId, code))),
    );
    const won = answers.filter(({ status }) => status === 200);
    expect(won).toHaveLength(1);
    expect(new Set(answers.filter(({ status }) => status !== 200).map(({ body }) => body.error))).toEqual(
      new Set(["invalid_grant"]),
    );
    const [winner] = won;
    expect(await isActive(of(0), clientId, winner?.body.access_token)).toBe(false);
    expect((await refresh(of(1), clientId, winner?.body.refresh_token)).body.error).toBe("invalid_grant");
  });

  it("revoke the grant of a code that is used twice, one use after the other", async () => {
    const code = await getCode(of(0), clientId);
    const { body } = await redeem(of(0), clientId, code);
    expect(await isActive(of(1), clientId, body.access_token)).toBe(true);
    const again = await redeem(of(1), clientId, code);
    expect([again.status, again.body.error, again.body.access_token]).toEqual([
      400,
      "invalid_grant",
      undefined,
    ]);
    expect(await isActive(of(0), clientId, body.access_token)).toBe(false);
    expect((await refresh(of(0), clientId, body.refresh_token)).body.error).toBe("invalid_grant");
  });

  it("leave a working client after ten parallel refreshes", async () => {
    const { body } = await redeem(of(0), clientId, await getCode(of(0), clientId));
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, index) => refresh(of(index), clientId, body.refresh_token)),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 10 }, () => 200));
    expect(new Set(answers.map((answer) => answer.body.refresh_token)).size).toBe(10);
    for (const [index, answer] of answers.entries()) {
      expect(await isActive(of(index), clientId, answer.body.access_token)).toBe(true);
    }
    expect((await refresh(of(1), clientId, answers.at(-1)?.body.refresh_token)).status).toBe(200);
  });

  it("end the whole connection when a refresh token is used again after its grace", async () => {
    const { body } = await redeem(of(0), clientId, await getCode(of(0), clientId));
    const first = body.refresh_token ?? "";
    const second = await refresh(of(0), clientId, first);
    await moveClock(first, REFRESH_GRACE_SECONDS + 1);
    const stolen = await refresh(of(1), clientId, first);
    expect([stolen.status, stolen.body.error]).toEqual([400, "invalid_grant"]);
    expect(await isActive(of(0), clientId, second.body.access_token)).toBe(false);
    expect((await refresh(of(0), clientId, second.body.refresh_token)).body.error).toBe("invalid_grant");
  });

  it("take a refresh token again within its grace: an answer may have got lost", async () => {
    const { body } = await redeem(of(0), clientId, await getCode(of(0), clientId));
    const first = body.refresh_token ?? "";
    await refresh(of(0), clientId, first);
    await moveClock(first, REFRESH_GRACE_SECONDS - 20);
    expect((await refresh(of(1), clientId, first)).status).toBe(200);
  });

  it("refuse a code and a refresh token that another client brings, and hurt nobody by it", async () => {
    const thief = (await register(of(1))).body.client_id;
    const code = await getCode(of(0), clientId);
    expect((await redeem(of(1), thief, code)).body.error).toBe("invalid_grant");
    const { status, body } = await redeem(of(0), clientId, code);
    expect(status).toBe(200);
    expect((await refresh(of(1), thief, body.refresh_token)).body.error).toBe("invalid_grant");
    expect(await isActive(of(1), thief, body.access_token)).toBe(false);
    expect(await isActive(of(1), clientId, body.access_token)).toBe(true);
  });

  it("keep nothing for a grant while or after it is revoked", async () => {
    const { first, second } = databases();
    const token = (id: string) =>
      ({ kind: "AccessToken", id, payload: {}, grantId: "race", uid: null, expiresInSeconds: 60 }) as const;
    for (let round = 0; round < 10; round += 1) {
      await keepRecord(first, { ...token("race"), kind: "Grant" });
      await Promise.all([
        ...Array.from({ length: 5 }, (_, index) => keepRecord(first, token(`${round} ${index}`))),
        revokeGrant(second, "race"),
        ...Array.from({ length: 5 }, (_, index) => keepRecord(second, token(`${round} ${index + 5}`))),
      ]);
      const left = await first
        .selectFrom("oauthRecords")
        .select("kind")
        .where("grantId", "=", "race")
        .execute();
      expect(left).toEqual([]);
    }
  });

  it("make tokens that every function finds by the database alone, for this deployment and no other", async () => {
    const { body } = await redeem(of(0), clientId, await getCode(of(0), clientId));
    const lookup = createOauthTokenLookup(databases().second);
    const token = body.access_token ?? "";
    const { signal } = new AbortController();
    const found = await lookup.lookUp(token, { resource: of(0).resource, signal });
    expect(found?.principal).toEqual({
      id: `oauth:owner:${clientId}`,
      name: "owner",
      client: clientId,
      scopes: ["execute", "query"],
    });
    expect(await lookup.lookUp(token, { resource: `${PUBLIC_ADDRESS}/mcp`, signal })).toBeNull();
  });
});
