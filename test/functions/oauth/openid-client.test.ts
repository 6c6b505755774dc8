import { afterAll, beforeAll, expect, it } from "@jest/globals";
import * as client from "openid-client";
import { decide } from "./support/browser.ts";
import { describeOnDatabases } from "./support/databases.ts";
import { serveOauth, type TestServer } from "./support/serve-oauth.ts";

const CALLBACK = "https://app.example.com/callback";

describeOnDatabases("a certified client library", (databases) => {
  let server: TestServer;
  let config: client.Configuration;
  beforeAll(async () => {
    server = await serveOauth({ database: databases().first });
    config = await client.dynamicClientRegistration(
      new URL(server.issuer),
      { redirect_uris: [CALLBACK], client_name: "Library", token_endpoint_auth_method: "none" },
      client.None(),
      { execute: [client.allowInsecureRequests] },
    );
  }, 60_000);
  afterAll(() => server.close());

  async function connect(scope = "execute query") {
    const verifier = client.randomPKCECodeVerifier();
    const state = client.randomState();
    const url = client.buildAuthorizationUrl(config, {
      redirect_uri: CALLBACK,
      scope,
      state,
      resource: server.resource,
      code_challenge: await client.calculatePKCECodeChallenge(verifier),
      code_challenge_method: "S256",
    });
    const answer = await decide(url);
    return client.authorizationCodeGrant(config, answer, {
      pkceCodeVerifier: verifier,
      expectedState: state,
    });
  }

  it("discovers, registers, gets in, refreshes, introspects and revokes", async () => {
    const tokens = await connect();
    expect(tokens).toMatchObject({ token_type: "bearer", scope: "execute query", expires_in: 3600 });
    const about = await client.tokenIntrospection(config, tokens.access_token);
    expect(about).toMatchObject({ active: true, aud: server.resource, scope: "execute query", sub: "owner" });
    const refreshed = await client.refreshTokenGrant(config, tokens.refresh_token ?? "");
    expect(refreshed.refresh_token).not.toBe(tokens.refresh_token);
    await client.tokenRevocation(config, refreshed.refresh_token ?? "");
    expect(await client.tokenIntrospection(config, refreshed.access_token)).toEqual({ active: false });
    expect(await client.tokenIntrospection(config, tokens.access_token)).toEqual({ active: false });
  });
});
