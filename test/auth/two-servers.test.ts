import { execFile } from "node:child_process";
import { resolve } from "node:path";
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
import { BASE_URL } from "./serve-gate.fixture.ts";
import { createTraveller } from "./traveller.fixture.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const PASSPHRASE = "four words of a test";
const CLIENT = { client_id: "chatgpt", client_secret: "s".repeat(43) };
const CALLBACK = "https://chatgpt.com/aip/g-0123456789abcdef/oauth/callback";
/** The promise is ten seconds; a busy machine needs more to ask and to be answered. */
const REFUSED_WITHIN_MS = 30_000;

let postgres: PostgresServer;
let opened: OpenDatabase;
let first: RunningServer;
let second: RunningServer;

/** Sets the passphrase as the owner does, at a terminal. */
function setPassphrase(url: string): Promise<void> {
  return new Promise((done, fail) => {
    const environment = { PATH: process.env["PATH"] ?? "", DATABASE_URL: url };
    const command = ["--no-warnings", "scripts/owner.ts", "set-passphrase"];
    const options = { cwd: ROOT, env: environment, timeout: 60_000 };
    const child = execFile(process.execPath, command, options, (error) => (error ? fail(error) : done()));
    child.stdin?.end(`${PASSPHRASE}\n`);
  });
}

const languages = (server: RunningServer, token: string) =>
  ask(server, "/languages", { headers: { authorization: `Bearer ${token}` } });

function toToken(server: RunningServer, form: Readonly<Record<string, string>>) {
  const body = new URLSearchParams({ ...CLIENT, ...form });
  return ask(server, "/oauth/token", { method: "POST", headers: { authorization: "" }, body });
}

describeWith("postgres", "two server processes on one PostgreSQL", () => {
  beforeAll(async () => {
    postgres = await startPostgres();
    const url = await postgres.createDatabase();
    await setPassphrase(url);
    opened = createPostgresDatabase({ url, logger: createLogger({}, () => undefined) });
    const environment = {
      DATABASE_URL: url,
      PUBLIC_BASE_URL: BASE_URL,
      SIGNING_KEY: "k".repeat(43),
      OAUTH_CLIENT_ID: CLIENT.client_id,
      OAUTH_CLIENT_SECRET: CLIENT.client_secret,
    };
    [first, second] = await Promise.all([startServer(environment), startServer(environment)]);
  }, 180_000);
  afterAll(async () => {
    await Promise.allSettled([first?.stop(), second?.stop()]);
    await opened.close();
    await postgres.stop();
  }, 60_000);

  it("take a sign-in that goes from one to the other, and refuse it and a key within ten seconds of their end", async () => {
    const owner = createTraveller(BASE_URL, [first.url, second.url]);
    const asked = new URLSearchParams({
      response_type: "code",
      client_id: CLIENT.client_id,
      redirect_uri: CALLBACK,
      scope: "",
      state: "state-of-chatgpt",
    });
    const signIn = await owner.open(`${BASE_URL}/oauth/authorize?${asked}`);
    const consent = await owner.submit(signIn, "/owner/sign-in", [["passphrase", PASSPHRASE]]);
    const back = await owner.submit(consent, "/interaction/", [
      ["scope", "execute"],
      ["decision", "allow"],
    ]);
    if (!(back instanceof URL)) throw new Error(`no way back: ${back.status} ${back.text}`);
    expect(back.href).toMatch(`${CALLBACK}?`);
    expect(back.searchParams.get("state")).toBe("state-of-chatgpt");
    const { body: tokens } = await toToken(second, {
      grant_type: "authorization_code",
      code: back.searchParams.get("code") ?? "",
      redirect_uri: CALLBACK,
    });
    const store = createApiKeyStore(opened.database);
    const { key, stored } = await store.create({ name: "laptop", scopes: ["execute"], expiresAt: null });
    const uses = [second, first].flatMap((server) =>
      [tokens.access_token, key].map((credential: string) => ({ server, credential })),
    );
    for (const { server, credential } of uses) {
      expect((await languages(server, credential)).status).toBe(200);
      const headers = { authorization: `Bearer ${credential}` };
      expect((await ask(server, "/datasets", { headers })).status).toBe(403);
    }
    const home = createTraveller(BASE_URL, [first.url]);
    const overview = await home.submit(await home.open(`${BASE_URL}/oauth/owner`), "/owner/sign-in", [
      ["passphrase", PASSPHRASE],
    ]);
    await home.submit(overview, "/owner/clients/revoke", []);
    await home.submit(overview, `/owner/keys/${stored.id}/revoke`, []);
    for (const { server, credential } of uses) {
      await waitUntil(async () => (await languages(server, credential)).status === 401, REFUSED_WITHIN_MS);
    }
    const challenge = (await languages(second, tokens.access_token)).headers.get("www-authenticate");
    expect(challenge).toContain('error="invalid_token"');
    expect(challenge).toContain("resource_metadata=");
    const refresh = { grant_type: "refresh_token", refresh_token: tokens.refresh_token };
    expect((await toToken(second, refresh)).status).toBe(400);
  }, 120_000);

  it("count one caller together: ten programs a minute in sum", async () => {
    const { key } = await createApiKeyStore(opened.database).create({
      name: "busy",
      scopes: ["execute"],
      expiresAt: null,
    });
    const headers = { authorization: `Bearer ${key}` };
    // A body that is refused is counted as well, and runs nothing.
    const ask16 = () =>
      Promise.all(
        Array.from({ length: 16 }, (_, n) => post(n % 2 === 0 ? first : second, "/execute", "", headers)),
      );
    // When the minute ends within the first round, the second one is all in the next.
    const rounds = [await ask16(), await ask16()].map((answers) => answers.map(({ status }) => status));
    const allowed = rounds.flat().filter((status) => status === 400).length;
    expect(allowed).toBeGreaterThanOrEqual(10);
    expect(allowed).toBeLessThanOrEqual(20);
    expect(rounds.flat().filter((status) => status === 429)).toHaveLength(32 - allowed);
  }, 60_000);
});
