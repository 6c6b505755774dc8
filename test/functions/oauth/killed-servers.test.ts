import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { describeFull, describeWith } from "../../support/capabilities.ts";
import { type PostgresServer, startPostgres } from "../../support/start-postgres.ts";
import { startProcess } from "../../support/start-process.ts";
import { waitUntil } from "../../support/wait-until.ts";
import { createBrowser, locationOf } from "./support/browser.ts";
import {
  createPkce,
  type IssuedCode,
  isActive,
  redeem,
  refresh,
  register,
  toAuthorizeUrl,
} from "./support/registered-client.ts";
import type { TestServer } from "./support/serve-oauth.ts";

/** What the server has acknowledged so far, over all of its lives. */
interface Acknowledged {
  clientId: string | null;
  readonly unusedCodes: (IssuedCode & { readonly issuedAt: number })[];
  readonly usedCodes: IssuedCode[];
  readonly accessTokens: string[];
  checkedTokens: number;
}

const YOUNG_MS = 55_000;
const SIGNING_KEY = randomBytes(32).toString("base64url");

async function startServer(database: string) {
  const child = await startProcess({
    command: [process.execPath, "--no-warnings", join(import.meta.dirname, "oauth-process.fixture.ts")],
    cwd: process.cwd(),
    environment: { PATH: process.env["PATH"] ?? "", DATABASE: database, SIGNING_KEY },
    ready: /Serving at (\S+) \./,
    timeoutMs: 120_000,
  });
  const url = child.ready[1] ?? "";
  const server: TestServer = {
    url,
    issuer: "http://127.0.0.1:1/oauth",
    resource: "http://127.0.0.1:1/mcp",
    logs: child.output,
    close: async () => void (await child.stop("SIGKILL")),
  };
  return server;
}

/** Works through flows without an end, noting what was acknowledged; ends when the server is gone. */
async function work(server: TestServer, known: Acknowledged): Promise<void> {
  known.clientId ??= (await register(server)).body.client_id;
  const { clientId } = known;
  for (let turn = 0; ; turn += 1) {
    const code = await authorize(server, clientId);
    if (turn % 3 === 0) {
      known.unusedCodes.push({ ...code, issuedAt: performance.now() });
      continue;
    }
    // From the moment that it is sent nobody may count on it being unused.
    known.usedCodes.push(code);
    const { body } = await redeem(server, clientId, code);
    if (body.access_token === undefined) throw new Error(`no token: ${JSON.stringify(body)}`);
    known.accessTokens.push(body.access_token);
    const next = await refresh(server, clientId, body.refresh_token);
    if (next.body.access_token !== undefined) known.accessTokens.push(next.body.access_token);
  }
}

/** The owner's way; the server's own address is another than the one that it is reached at. */
async function authorize(server: TestServer, clientId: string): Promise<IssuedCode> {
  const { verifier, challenge } = createPkce();
  const browser = createBrowser();
  const here = (url: URL) => `${server.url}${url.pathname}${url.search}`;
  const begun = await browser.open(toAuthorizeUrl(server, clientId, { code_challenge: challenge }).href);
  const body = new URLSearchParams({ decision: "approve" });
  const decided = await browser.open(here(locationOf(begun)), { method: "POST", body });
  const answer = locationOf(await browser.open(here(locationOf(decided))));
  const code = answer.searchParams.get("code");
  if (code === null) throw new Error(`no code: ${answer}`);
  return { code, verifier };
}

/** Kills the server in the middle of its work, again and again, and looks at what is left. */
async function killRepeatedly(database: string, rounds: number): Promise<void> {
  const known: Acknowledged = {
    clientId: null,
    unusedCodes: [],
    usedCodes: [],
    accessTokens: [],
    checkedTokens: 0,
  };
  for (let round = 0; round < rounds; round += 1) {
    const server = await startServer(database);
    await checkWhatIsLeft(server, known);
    // The end of the work is the end of the server: its requests fail.
    const working = work(server, known).catch(() => undefined);
    await waitUntil(() => known.accessTokens.length > 0, 60_000);
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 500));
    await server.close();
    await working;
  }
  const last = await startServer(database);
  await checkWhatIsLeft(last, known);
  await last.close();
  expect(known.checkedTokens).toBeGreaterThanOrEqual(rounds);
}

async function checkWhatIsLeft(server: TestServer, known: Acknowledged): Promise<void> {
  const { clientId } = known;
  if (clientId === null) return;
  for (const token of known.accessTokens) expect(await isActive(server, clientId, token)).toBe(true);
  known.checkedTokens += known.accessTokens.length;
  const unused = known.unusedCodes.splice(0).at(-1);
  // Codes live for a minute: the last one is young, unless this machine has much else to do.
  if (unused !== undefined) {
    const { status, body } = await redeem(server, clientId, unused);
    if (performance.now() - unused.issuedAt < YOUNG_MS) expect(status).toBe(200);
    known.accessTokens.push(body.access_token ?? "");
  }
  // Each code that was sent to be redeemed: a second use, if it was used, never succeeds. It costs its grant, so it comes last.
  const used = known.usedCodes.splice(0);
  const again = await Promise.all(used.slice(0, -1).map((code) => redeem(server, clientId, code)));
  expect(again.filter(({ status }) => status === 200)).toEqual([]);
  known.accessTokens.splice(0);
}

const QUICK_ROUNDS = 2;
const FULL_ROUNDS = 50;

describe("a server that is killed in the middle of sign-ins, on PGlite", () => {
  it("loses no token that it gave, and takes no code twice", () => onPglite(QUICK_ROUNDS), 240_000);
});

describeWith("postgres", "a server that is killed in the middle of sign-ins, on PostgreSQL", () => {
  let postgres: PostgresServer;
  beforeAll(async () => {
    postgres = await startPostgres();
  }, 120_000);
  afterAll(() => postgres.stop(), 60_000);
  it("loses no token that it gave, and takes no code twice", async () => {
    await killRepeatedly(await postgres.createDatabase(), QUICK_ROUNDS);
  }, 240_000);
});

describeFull(["postgres"], "a server that is killed fifty times", () => {
  let postgres: PostgresServer;
  beforeAll(async () => {
    postgres = await startPostgres();
  }, 120_000);
  afterAll(() => postgres.stop(), 60_000);
  it("loses nothing on PostgreSQL", async () => {
    await killRepeatedly(await postgres.createDatabase(), FULL_ROUNDS);
  }, 1_200_000);
  it("loses nothing on PGlite", () => onPglite(FULL_ROUNDS), 1_200_000);
});

async function onPglite(rounds: number): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "killed-oauth-"));
  try {
    await killRepeatedly(join(folder, "database"), rounds);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
