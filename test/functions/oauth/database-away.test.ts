import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { createPostgresDatabase } from "#shared/database/database-postgres.ts";
import { createLogger } from "#shared/observability/logger.ts";
import { createPostgresRateLimiter } from "#shared/rate-limiter/rate-limiter-postgres.ts";
import { describeWith } from "../../support/capabilities.ts";
import { type PostgresServer, startPostgres } from "../../support/start-postgres.ts";
import { waitUntil } from "../../support/wait-until.ts";
import { createBrowser, locationOf } from "./support/browser.ts";
import {
  createPkce,
  getCode,
  isActive,
  redeem,
  refresh,
  register,
  toAuthorizeUrl,
} from "./support/registered-client.ts";
import { serveOauth, type TestServer } from "./support/serve-oauth.ts";

describeWith("postgres", "while the database is away", () => {
  const logger = createLogger({}, () => undefined);
  let postgres: PostgresServer;
  let opened: ReturnType<typeof createPostgresDatabase>;
  let server: TestServer;
  let clientId: string;
  beforeAll(async () => {
    postgres = await startPostgres();
    opened = createPostgresDatabase({ url: await postgres.createDatabase(), logger });
    const { database } = opened;
    server = await serveOauth({ database, rateLimiter: createPostgresRateLimiter({ database, logger }) });
    clientId = (await register(server)).body.client_id;
  }, 120_000);
  afterAll(async () => {
    await server.close();
    await opened.close();
    await postgres.stop();
  }, 60_000);

  const CLEAR = /cannot be (?:reached|used).*[Tt]ry again/s;
  const isBack = async () => {
    await postgres.start();
    await waitUntil(async () => (await register(server)).status === 201);
  };

  it("nobody gets in, every answer says why, and a sign-in carries on where it was", async () => {
    const { verifier, challenge } = createPkce();
    const browser = createBrowser();
    const interaction = locationOf(
      await browser.open(toAuthorizeUrl(server, clientId, { code_challenge: challenge }).href),
    );
    const { body: tokens } = await redeem(server, clientId, await getCode(server, clientId));
    await postgres.halt("immediate");

    for (const answer of [
      await redeem(server, clientId, { code: "x", verifier }),
      await refresh(server, clientId, tokens.refresh_token),
    ]) {
      expect([answer.status, answer.body.error]).toEqual([503, "temporarily_unavailable"]);
      expect(answer.body.error_description).toMatch(CLEAR);
      expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(0);
    }
    const registration = await register(server);
    expect([registration.status, registration.body["error"]]).toEqual([503, "temporarily_unavailable"]);
    const page = await fetch(toAuthorizeUrl(server, clientId, { code_challenge: challenge }), {
      redirect: "manual",
    });
    expect([page.status, page.headers.get("location")]).toEqual([503, null]);
    expect(await page.text()).toMatch(CLEAR);
    const body = new URLSearchParams({ decision: "approve" });
    expect((await browser.open(interaction.href, { method: "POST", body })).status).toBe(503);

    await isBack();
    const resume = locationOf(await browser.open(interaction.href, { method: "POST", body }));
    const code = locationOf(await browser.open(resume.href)).searchParams.get("code") ?? "";
    expect((await redeem(server, clientId, { code, verifier })).status).toBe(200);
    expect(await isActive(server, clientId, tokens.access_token)).toBe(true);
    expect((await refresh(server, clientId, tokens.refresh_token)).status).toBe(200);
  }, 120_000);

  it("metadata is still told: it needs no database", async () => {
    await postgres.halt("fast");
    const answer = await fetch(`${server.url}/oauth/.well-known/openid-configuration`);
    expect(answer.status).toBe(200);
    await isBack();
  }, 120_000);
});
