import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { createApiKeyStore } from "#shared/auth/api-key-store.ts";
import { createPostgresDatabase } from "#shared/database/database-postgres.ts";
import type { OpenDatabase } from "#shared/database/open-database.ts";
import { createLogger } from "#shared/observability/logger.ts";
import { describeWith } from "../support/capabilities.ts";
import { ask, post } from "../support/post.ts";
import { type PostgresServer, startPostgres } from "../support/start-postgres.ts";
import { type RunningServer, startServer } from "../support/start-server.ts";
import { waitUntil } from "../support/wait-until.ts";
import { addToken } from "./database-with.fixture.ts";
import { BASE_URL } from "./serve-gate.fixture.ts";

/** The promise, and what a busy machine needs to ask once more. */
const REFUSED_WITHIN_MS = 10_000;

let postgres: PostgresServer;
let opened: OpenDatabase;
let first: RunningServer;
let second: RunningServer;

const languages = (server: RunningServer, credential: string) =>
  ask(server, "/languages", { headers: { authorization: `Bearer ${credential}` } });

describeWith("postgres", "two server processes on one PostgreSQL", () => {
  beforeAll(async () => {
    postgres = await startPostgres();
    const url = await postgres.createDatabase();
    opened = createPostgresDatabase({ url, logger: createLogger({}, () => undefined) });
    const environment = { DATABASE_URL: url, PUBLIC_BASE_URL: BASE_URL, SIGNING_KEY: "k".repeat(43) };
    [first, second] = await Promise.all([startServer(environment), startServer(environment)]);
  }, 180_000);
  afterAll(async () => {
    await Promise.allSettled([first?.stop(), second?.stop()]);
    await opened.close();
    await postgres.stop();
  }, 60_000);

  it("take a key that was made elsewhere at once, and refuse it within ten seconds of its end", async () => {
    const store = createApiKeyStore(opened.database);
    const { key, stored } = await store.create({ name: "laptop", scopes: ["execute"], expiresAt: null });
    for (const server of [first, second]) expect((await languages(server, key)).status).toBe(200);
    expect(await store.revoke(stored.id)).toBe(true);
    const revokedAt = performance.now();
    for (const server of [first, second]) {
      await waitUntil(async () => (await languages(server, key)).status === 401, 30_000);
    }
    expect(performance.now() - revokedAt).toBeLessThan(REFUSED_WITHIN_MS);
  }, 90_000);

  it("refuse an access token of a grant that is gone, with the way to sign in again", async () => {
    const { token, grantId } = await addToken(opened.database);
    for (const server of [first, second]) expect((await languages(server, token)).status).toBe(200);
    await opened.database.deleteFrom("oauthRecords").where("grantId", "=", grantId).execute();
    const revokedAt = performance.now();
    await waitUntil(async () => (await languages(second, token)).status === 401, 30_000);
    expect(performance.now() - revokedAt).toBeLessThan(REFUSED_WITHIN_MS);
    const { headers } = await languages(second, token);
    expect(headers.get("www-authenticate")).toContain('error="invalid_token"');
    expect(headers.get("www-authenticate")).toContain("resource_metadata=");
  }, 90_000);

  it("count one caller together: ten programs a minute in sum", async () => {
    const { key } = await createApiKeyStore(opened.database).create({
      name: "busy",
      scopes: ["execute"],
      expiresAt: null,
    });
    const headers = { authorization: `Bearer ${key}` };
    // A body that is refused is counted as well, and runs nothing.
    const answers = await Promise.all(
      Array.from({ length: 16 }, (_, n) => post(n % 2 === 0 ? first : second, "/execute", "", headers)),
    );
    const statuses = answers.map(({ status }) => status).sort();
    // The minute may end in between: then some more are let in.
    expect(statuses.filter((status) => status === 429).length).toBeGreaterThan(0);
    expect(statuses.filter((status) => status === 400).length).toBeGreaterThanOrEqual(10);
  }, 60_000);
});
