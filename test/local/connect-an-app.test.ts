import { afterAll, beforeAll, expect, it } from "@jest/globals";
import * as client from "openid-client";
import { createOwnerAccount } from "#functions/oauth/owner/owner-account.ts";
import { createPostgresDatabase } from "#shared/database/database-postgres.ts";
import { createLogger } from "#shared/observability/logger.ts";
import { createVisitor, type Visitor } from "../functions/oauth/pages/browse.ts";
import { CALLBACK, CHATGPT, toChatgptUrl } from "../functions/oauth/support/chatgpt.ts";
import { describeWith } from "../support/capabilities.ts";
import { type PostgresServer, startPostgres } from "../support/start-postgres.ts";
import { type RunningServer, startServer } from "../support/start-server.ts";
import { waitUntil } from "../support/wait-until.ts";

const PASSPHRASE = "correct horse battery staple";
/** The promise is ten seconds; a busy machine needs more to ask and to be answered. */
const REFUSED_WITHIN_MS = 30_000;
const APP = "https://app.example.com/callback";

describeWith(
  ["sandbox", "postgres"],
  "an app that is connected to the whole server, through the owner's real pages",
  () => {
    let postgres: PostgresServer;
    let server: RunningServer;
    let opened: ReturnType<typeof createPostgresDatabase>;
    beforeAll(async () => {
      postgres = await startPostgres();
      const url = await postgres.createDatabase();
      opened = createPostgresDatabase({ url, logger: createLogger({}, () => undefined) });
      server = await startServer({
        DATABASE_URL: url,
        OAUTH_CLIENT_ID: CHATGPT.clientId,
        OAUTH_CLIENT_SECRET: CHATGPT.clientSecret,
      });
      await createOwnerAccount(opened.database).setPassphrase(PASSPHRASE, AbortSignal.timeout(60_000));
    }, 180_000);
    afterAll(async () => {
      await server.stop();
      await opened.close();
      await postgres.stop();
    }, 60_000);

    /** From the authorization request to where the client gets its answer; the owner signs in on the way if need be. */
    async function allow(visitor: Visitor, url: URL): Promise<URL> {
      const { location } = await visitor.get(url.href);
      const path = new URL(location ?? "").pathname;
      const page = await visitor.get(path);
      if (page.text.includes("/oauth/owner/sign-in")) {
        const uid = path.split("/").at(-1);
        const action = `/oauth/owner/sign-in?interaction=${uid}`;
        const signedIn = await visitor.submit(path, action, { passphrase: PASSPHRASE });
        expect([signedIn.status, signedIn.location]).toEqual([303, path]);
      }
      const asked = await visitor.get(path);
      const decided =
        asked.status === 303
          ? asked
          : await visitor.submit(path, path, { decision: "allow", scope: ["execute", "query"] });
      expect(decided.status).toBe(303);
      return new URL((await visitor.get(decided.location ?? "")).location ?? "");
    }

    const listLanguages = (token: string) =>
      fetch(`${server.url}/languages`, { headers: { authorization: `Bearer ${token}` } });

    it("finds its way in from a refusal, as MCP clients do, and is out within ten seconds once it is revoked", async () => {
      const refused = await fetch(`${server.url}/mcp`, {
        method: "POST",
        headers: { "content-type": "application/json", accept: "application/json, text/event-stream" },
        body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/list" }),
      });
      expect(refused.status).toBe(401);
      const [, metadataUrl = ""] =
        /resource_metadata="([^"]+)"/.exec(refused.headers.get("www-authenticate") ?? "") ?? [];
      const resource = await (await fetch(metadataUrl)).json();
      const config = await client.dynamicClientRegistration(
        new URL(resource.authorization_servers[0]),
        { redirect_uris: [APP], client_name: "An app", token_endpoint_auth_method: "none" },
        client.None(),
        { execute: [client.allowInsecureRequests], algorithm: "oauth2" },
      );
      const verifier = client.randomPKCECodeVerifier();
      const expectedState = client.randomState();
      const url = client.buildAuthorizationUrl(config, {
        redirect_uri: APP,
        scope: resource.scopes_supported.join(" "),
        resource: resource.resource,
        state: expectedState,
        code_challenge: await client.calculatePKCECodeChallenge(verifier),
        code_challenge_method: "S256",
      });
      const answer = await allow(createVisitor(server.url), url);
      const tokens = await client.authorizationCodeGrant(config, answer, {
        pkceCodeVerifier: verifier,
        expectedState,
      });
      expect((await listLanguages(tokens.access_token)).status).toBe(200);
      await client.tokenRevocation(config, tokens.refresh_token ?? "");
      await waitUntil(
        async () => (await listLanguages(tokens.access_token)).status === 401,
        REFUSED_WITHIN_MS,
      );
    }, 120_000);

    it("gets in as ChatGPT's actions do, is asked about once, and is named on the owner's page", async () => {
      const visitor = createVisitor(server.url);
      const issuer = { url: server.url, issuer: `${server.url}/oauth`, resource: `${server.url}/mcp` };
      const toUrl = () => toChatgptUrl({ ...issuer, logs: server.logs, close: server.stop });
      const answer = await allow(visitor, toUrl());
      expect(answer.href.startsWith(`${CALLBACK}?`)).toBe(true);
      const redeemed = await fetch(`${server.url}/oauth/token`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({
          grant_type: "authorization_code",
          client_id: CHATGPT.clientId,
          client_secret: CHATGPT.clientSecret,
          code: answer.searchParams.get("code"),
          redirect_uri: CALLBACK,
        }),
      });
      const tokens = await redeemed.json();
      expect(tokens).toMatchObject({ scope: "execute query", expires_in: 3600 });
      expect((await listLanguages(tokens.access_token)).status).toBe(200);
      const again = await visitor.get(toUrl().href);
      const straight = await visitor.get(new URL(again.location ?? "").pathname);
      expect([straight.status, straight.location]).toEqual([
        303,
        expect.stringContaining("/oauth/authorize/"),
      ]);
      expect((await visitor.get("/oauth/owner")).text).toContain("ChatGPT");
      expect(server.logs()).not.toContain(tokens.access_token);
      expect(server.logs()).not.toContain(PASSPHRASE);
    }, 120_000);
  },
);
