import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { CHATGPT, CALLBACK as GPT_CALLBACK } from "../oauth/support/chatgpt.ts";
import { createProvider, type KnownClient } from "./oauth-provider.ts";
import { allow } from "./serve-owner.fixture.ts";
import { type ServedSignIn, serveSignIn } from "./serve-sign-in.fixture.ts";
import { SIGNING_LIBRARIES } from "./sign-in-clients.ts";

const TIMEOUT_MS = 60_000;
const CALLBACK = "https://app.example.com/callback";

let served: ServedSignIn;
beforeAll(async () => {
  served = await serveSignIn(CHATGPT);
}, TIMEOUT_MS);
afterAll(() => served?.stop(), TIMEOUT_MS);

/** Registers a client as an owner does by hand, and gives it what came back, without what a person would not copy. */
async function registerByHand(method: string): Promise<KnownClient> {
  const answer = await fetch(`${served.url}/oauth/register`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      client_name: "Set by hand",
      redirect_uris: [CALLBACK],
      token_endpoint_auth_method: method,
    }),
  });
  expect(answer.status).toBe(201);
  const { client_id, client_secret } = await answer.json();
  return {
    callback: CALLBACK,
    information: {
      client_id,
      issuer: `${served.url}/oauth`,
      ...(client_secret === undefined ? {} : { client_secret }),
    },
  };
}

/** Puts a client's document where its identifier says. */
async function publish(): Promise<KnownClient> {
  const clientMetadataUrl = `https://app.example.com/${randomUUID()}/client.json`;
  served.documents.put(clientMetadataUrl, {
    client_id: clientMetadataUrl,
    client_name: "App",
    redirect_uris: [CALLBACK],
    grant_types: ["authorization_code", "refresh_token"],
    response_types: ["code"],
    token_endpoint_auth_method: "none",
  });
  return { callback: CALLBACK, clientMetadataUrl };
}

const WAYS: readonly (readonly [way: string, make: () => Promise<KnownClient>])[] = [
  ["is its document's address", publish],
  ["was registered beforehand, without a secret", () => registerByHand("none")],
  ["was registered beforehand, with a secret", () => registerByHand("client_secret_basic")],
  [
    "stands in the settings",
    async () => ({
      callback: GPT_CALLBACK,
      information: {
        client_id: CHATGPT.clientId,
        issuer: `${served.url}/oauth`,
        client_secret: CHATGPT.clientSecret,
        token_endpoint_auth_method: "client_secret_post",
      },
    }),
  ],
];

describe.each(SIGNING_LIBRARIES)("a client of %s", (_library, create) => {
  it.each(WAYS)(
    "that %s signs in, calls, and refreshes, without registering itself",
    async (_way, make) => {
      const known = await make();
      const registered = served.registrations();
      const provider = createProvider("App", known);
      const client = create(provider, served.url);
      await expect(client.connect()).rejects.toThrow();
      const asked = provider.asked();
      const id = known.clientMetadataUrl ?? known.information?.client_id;
      expect(asked?.searchParams.get("client_id")).toBe(id);
      await client.finish(await allow(served.owner, asked, known.callback ?? "", ["query"]));
      await client.connect();
      const one = { structuredContent: { data: [{ one: 1 }] } };
      expect(await client.call("query_bigquery", { sql: "SELECT 1 AS one" })).toMatchObject(one);

      const before = provider.tokens();
      expect(before?.refresh_token).toBeDefined();
      if (before) provider.saveTokens({ ...before, access_token: "expired" });
      expect(await client.call("query_bigquery", { sql: "SELECT 1 AS one" })).toMatchObject(one);
      expect(provider.tokens()?.refresh_token).not.toBe(before?.refresh_token);
      await client.close();
      expect(served.registrations()).toBe(registered);
      const fetched = served.documents.asked.filter((url) => url === known.clientMetadataUrl);
      expect(fetched).toHaveLength(known.clientMetadataUrl === undefined ? 0 : 1);
    },
    TIMEOUT_MS,
  );

  it(
    "whose document lists another address is not let in",
    async () => {
      const { clientMetadataUrl = "" } = await publish();
      const elsewhere = "https://app.example.com/elsewhere";
      const provider = createProvider("App", { clientMetadataUrl, callback: elsewhere });
      const client = create(provider, served.url);
      await expect(client.connect()).rejects.toThrow();
      await expect(allow(served.owner, provider.asked(), elsewhere, ["query"])).rejects.toThrow(
        "redirect_uri did not match",
      );
    },
    TIMEOUT_MS,
  );
});
