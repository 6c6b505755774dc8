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

  it("take a key and a token at once, and refuse them within ten seconds of their end", async () => {
    const store = createApiKeyStore(opened.database);
    const { key, stored } = await store.create({ name: "laptop", scopes: ["execute"], expiresAt: null });
    const { token, grantId } = await addToken(opened.database);
    const uses = [first, second].flatMap((server) =>
      [key, token].map((credential) => ({ server, credential })),
    );
    for (const { server, credential } of uses) expect((await languages(server, credential)).status).toBe(200);
    expect(await store.revoke(stored.id)).toBe(true);
    await opened.database.deleteFrom("oauthRecords").where("grantId", "=", grantId).execute();
    const revokedAt = performance.now();
    for (const { server, credential } of uses) {
      await waitUntil(async () => (await languages(server, credential)).status === 401, 30_000);
    }
    expect(performance.now() - revokedAt).toBeLessThan(REFUSED_WITHIN_MS);
    const challenge = (await languages(second, token)).headers.get("www-authenticate");
    expect(challenge).toContain('error="invalid_token"');
    expect(challenge).toContain("resource_metadata=");
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
