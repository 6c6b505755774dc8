import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { createVisitor, type Visitor } from "../functions/oauth/pages/browse.ts";
import { type RunningServer, startServer } from "../support/start-server.ts";
import { waitUntil } from "../support/wait-until.ts";

const OWNER = "/oauth/owner";
const SET_UP = `${OWNER}/set-up`;
const PASSPHRASE = "four words that fit";
const CALLBACK = "https://app.example/callback";
const VERIFIER = "a-verifier-of-forty-three-characters-or-more-";
const TIMEOUT_MS = 120_000;
/** The promise is ten seconds; a busy machine needs more to ask and to be answered. */
const REFUSED_WITHIN_MS = 30_000;
const COLD = {
  SANDBOX_WARM_PYTHON: "0",
  SANDBOX_WARM_DATA: "0",
  SANDBOX_WARM_JAVASCRIPT: "0",
  SANDBOX_WARM_NODE: "0",
};

describe("the owner of a new server", () => {
  let server: RunningServer;
  let owner: Visitor;
  beforeAll(async () => {
    server = await startServer(COLD);
    owner = createVisitor(server.url);
  }, TIMEOUT_MS);
  afterAll(() => server.stop(), TIMEOUT_MS);

  const asks = (credential: string) =>
    fetch(`${server.url}/languages`, { headers: { authorization: `Bearer ${credential}` } });

  it(
    "sets a passphrase with the code that the server prints, which is in no log line",
    async () => {
      await waitUntil(() => /Set-up code \S+/.test(server.logs()), TIMEOUT_MS);
      expect(server.logs()).toContain(`Choose your passphrase at ${server.url}${OWNER}`);
      const [line = "", code = ""] = /Set-up code (\S+)/.exec(server.logs()) ?? [];
      expect(server.logs().replace(line, "")).not.toContain(code);
      const answer = await owner.submit(SET_UP, SET_UP, { code, passphrase: PASSPHRASE, again: PASSPHRASE });
      expect(answer.location).toBe(OWNER);
      expect(server.logs()).not.toContain(PASSPHRASE);
    },
    TIMEOUT_MS,
  );

  it(
    "makes a key that works at once, and is refused within ten seconds once it is revoked",
    async () => {
      const made = await owner.submit(OWNER, `${OWNER}/keys`, {
        name: "laptop",
        scope: "execute",
        lifetime: "30",
      });
      const key = /codex_[\w-]{48}/.exec(made.text)?.[0] ?? "";
      expect((await asks(key)).status).toBe(200);
      const { text } = await owner.get(OWNER);
      const revoke = /\/oauth\/owner\/keys\/[0-9a-f-]+\/revoke/.exec(text)?.[0] ?? "";
      expect((await owner.submit(OWNER, revoke, {})).location).toBe(`${OWNER}?done=revoked`);
      await waitUntil(async () => (await asks(key)).status === 401, REFUSED_WITHIN_MS);
    },
    TIMEOUT_MS,
  );

  it(
    "lets a client in on the consent page, is not asked again, and throws it out",
    async () => {
      const registered = await fetch(`${server.url}/oauth/register`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({
          client_name: "A <b>client</b>",
          redirect_uris: [CALLBACK],
          token_endpoint_auth_method: "none",
        }),
      });
      const { client_id: clientId } = (await registered.json()) as { client_id: string };
      const first = await authorize(clientId);
      const page = await owner.get(first);
      expect(page.text).toContain("Let A &lt;b&gt;client&lt;/b&gt; connect?");
      expect(page.text).toContain("app.example");
      const answer = await owner.submit(first, first, { decision: "allow", scope: ["execute"] });
      const token = await redeem(clientId, await follow(answer.location ?? ""));
      expect((await asks(token)).status).toBe(200);

      const again = await owner.get(await authorize(clientId, "execute"));
      expect(await follow(again.location ?? "")).toMatch(/^[\w-]+$/);

      await owner.submit(OWNER, `${OWNER}/clients/revoke`, { client: clientId });
      await waitUntil(async () => (await asks(token)).status === 401, REFUSED_WITHIN_MS);
      expect((await owner.get(await authorize(clientId, "execute"))).status).toBe(200);
    },
    TIMEOUT_MS,
  );

  it(
    "reads in the audit trail what was done",
    async () => {
      await waitUntil(async () => {
        const { text } = await owner.get(`${OWNER}/activity`);
        return ["set_passphrase", "create_key", "revoke_key", "approve_client", "disconnect_client"].every(
          (deed) => text.includes(deed),
        );
      });
    },
    TIMEOUT_MS,
  );

  /** Begins an authorization. @returns the path of the page on which the owner decides */
  async function authorize(clientId: string, scope = "execute query"): Promise<string> {
    const query = new URLSearchParams({
      response_type: "code",
      client_id: clientId,
      redirect_uri: CALLBACK,
      scope,
      state: "a-state",
      code_challenge: createHash("sha256").update(VERIFIER).digest("base64url"),
      code_challenge_method: "S256",
    });
    const { location } = await owner.get(`/oauth/authorize?${query}`);
    return new URL(location ?? "", server.url).pathname;
  }

  /** Follows redirects on the server to the client's callback. @returns the code */
  async function follow(location: string): Promise<string> {
    let next = new URL(location, server.url);
    while (next.origin === server.url)
      next = new URL((await owner.get(next.pathname)).location ?? "", server.url);
    return next.searchParams.get("code") ?? "";
  }

  async function redeem(clientId: string, code: string): Promise<string> {
    const answer = await fetch(`${server.url}/oauth/token`, {
      method: "POST",
      body: new URLSearchParams({
        grant_type: "authorization_code",
        code,
        client_id: clientId,
        redirect_uri: CALLBACK,
        code_verifier: VERIFIER,
      }),
    });
    const { access_token: token } = (await answer.json()) as { access_token?: string };
    return token ?? "";
  }
});
