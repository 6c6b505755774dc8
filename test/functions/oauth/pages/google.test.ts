import { afterAll, beforeAll, beforeEach, expect, it } from "@jest/globals";
import { createGoogleSignIn } from "#functions/oauth/owner/google-sign-in.ts";
import { loadOwnerSettings } from "#functions/oauth/owner/owner-settings.ts";
import { createSigningKey } from "#shared/signing/create-signing-key.ts";
import { describeWith } from "../../../support/capabilities.ts";
import { createVisitor, type Visitor } from "./browse.ts";
import { type GoogleStandIn, type StandInAccount, startGoogleStandIn } from "./google-stand-in.ts";
import { type ServedPages, serveOwnerPages } from "./serve-owner-pages.ts";

describeWith("postgres", "signing in with Google", () => {
  let google: GoogleStandIn;
  let served: ServedPages;
  let visitor: Visitor;

  beforeAll(async () => {
    google = await startGoogleStandIn();
    const settings = loadOwnerSettings({
      GOOGLE_OAUTH_CLIENT_ID: google.clientId,
      GOOGLE_OAUTH_CLIENT_SECRET: google.clientSecret,
      ALLOWED_GOOGLE_ACCOUNTS: "Owner@Example.org, second@example.org",
    });
    if (settings.google === null) throw new Error("the settings name a client");
    const { issuer } = google;
    const options = { ...settings.google, signingKey: createSigningKey(), issuer };
    served = await serveOwnerPages({ google: createGoogleSignIn(options) });
  }, 120_000);
  afterAll(async () => {
    await served.stop();
    google.stop();
  }, 60_000);
  beforeEach(async () => {
    // A limiter of its own for each test.
    visitor = createVisitor(await served.serveAgain());
  });

  /** Goes to Google and comes back. */
  async function signIn(account: StandInAccount = {}, start = "/oauth/owner/google") {
    const { location } = await visitor.get(start);
    return visitor.get(google.authorize(location ?? "", account));
  }

  it("offers nothing but Google where there is no passphrase", async () => {
    const page = await visitor.get("/oauth/owner/sign-in");
    expect(page.text).toContain("Sign in with Google");
    expect(page.text).not.toContain("Passphrase");
  });

  it("asks Google for no more than who it is, with PKCE, state and nonce, and lets the owner choose the account", async () => {
    const { location } = await visitor.get("/oauth/owner/google");
    const asked = Object.fromEntries(new URL(location ?? "").searchParams);
    expect(asked).toMatchObject({
      response_type: "code",
      scope: "openid email",
      code_challenge_method: "S256",
      prompt: "select_account",
      redirect_uri: `${visitor.url}/oauth/owner/google/callback`,
    });
    for (const name of ["state", "nonce", "code_challenge"]) expect(asked[name]?.length).toBeGreaterThan(40);
  });

  it("lets an account of the list in, whatever the case of its letters, and the page says which", async () => {
    const answer = await signIn({ claims: { email: "OWNER@example.org" } });
    expect(answer).toMatchObject({ status: 303, location: "/oauth/owner" });
    const page = await visitor.get("/oauth/owner");
    expect(page.status).toBe(200);
    expect(page.text).toContain("signed in as owner@example.org");
    expect(visitor.cookies.has("owner-google")).toBe(false);
  });

  it("carries on with the request for authorization that waited", async () => {
    const answer = await signIn({}, "/oauth/owner/google?interaction=an-interaction-uid-0");
    expect(answer.location).toBe("/oauth/interaction/an-interaction-uid-0");
  });

  it.each(["https://evil.example/", "//evil.example", "..%2f..%2fevil", "x".repeat(100)])(
    "leads nowhere but to its own pages: %s",
    async (target) => {
      const answer = await signIn({}, `/oauth/owner/google?interaction=${target}`);
      expect(answer.location).toBe("/oauth/owner");
    },
  );

  it("refuses an account that is not on the list, and names the list", async () => {
    const answer = await signIn({ claims: { email: "stranger@example.org" } });
    expect(answer.status).toBe(403);
    expect(answer.text).toContain("stranger@example.org is not in the server’s list ALLOWED_GOOGLE_ACCOUNTS");
    expect(visitor.cookies.has("owner")).toBe(false);
  });

  const now = Math.floor(Date.now() / 1000);
  it.each<readonly [string, StandInAccount]>([
    ["an address that Google has not verified", { claims: { email_verified: false } }],
    ["a verification that is a word", { claims: { email_verified: "true" } }],
    ["no address", { claims: { email: undefined } }],
    ["a token for another client", { claims: { aud: "another.apps.example" } }],
    ["a token of another issuer", { claims: { iss: "https://accounts.google.com.evil.example" } }],
    ["a token that expired two minutes ago", { claims: { exp: now - 120 } }],
    ["a token with another nonce", { claims: { nonce: "replayed" } }],
    ["a token without a signature", { forgery: "unsigned" }],
    ["a token signed by another key", { forgery: "another key" }],
    ["a token signed by an unknown key", { forgery: "an unknown key" }],
  ])("refuses %s", async (_title, account) => {
    const answer = await signIn(account);
    expect(answer.status).toBe(403);
    expect(answer.text).toContain("Google did not sign you in");
    expect(visitor.cookies.has("owner")).toBe(false);
  });

  it("takes a token though the two clocks are half a minute apart", async () => {
    expect((await signIn({ claims: { exp: Math.floor(Date.now() / 1000) - 30 } })).status).toBe(303);
  });

  it("refuses a callback that another browser began, so that nobody is signed in as somebody else", async () => {
    const attacker = createVisitor(visitor.url);
    const { location } = await attacker.get("/oauth/owner/google");
    const back = google.authorize(location ?? "", {});
    const before = google.redeemed();
    expect((await visitor.get(back)).status).toBe(403);
    await visitor.get("/oauth/owner/google");
    expect((await visitor.get(back)).status).toBe(403);
    expect(google.redeemed()).toBe(before);
  });

  it("refuses the same callback a second time", async () => {
    const { location } = await visitor.get("/oauth/owner/google");
    const back = google.authorize(location ?? "", {});
    expect((await visitor.get(back)).status).toBe(303);
    visitor.cookies.delete("owner");
    expect((await visitor.get(back)).status).toBe(403);
  });

  it.each(["", "?code=x", "?state=x", "?error=access_denied", "?code=a&code=b&state=x&state=y"])(
    "answers a made-up callback with a page: %s",
    async (query) => {
      await visitor.get("/oauth/owner/google");
      const answer = await visitor.get(`/oauth/owner/google/callback${query}`);
      expect(answer.status).toBe(403);
      expect(answer.headers.get("content-type")).toBe("text/html; charset=utf-8");
    },
  );

  it("asks Google about thirty callbacks a minute of strangers, and lets a known browser in meanwhile", async () => {
    expect((await signIn()).status).toBe(303);
    visitor.cookies.delete("owner");
    const stranger = createVisitor(visitor.url);
    const statuses = [];
    for (let attempt = 0; attempt < 31; attempt += 1)
      statuses.push((await stranger.get("/oauth/owner/google/callback?code=x&state=y")).status);
    expect(statuses).toEqual([...Array(29).fill(403), 429, 429]);
    expect((await signIn()).status).toBe(303);
  }, 60_000);

  it("says so when Google cannot be reached, and works again when it can", async () => {
    const away = { clientId: "a", clientSecret: "b", allowedAccounts: [], signingKey: createSigningKey() };
    const url = await served.serveAgain({
      google: createGoogleSignIn({ ...away, issuer: "http://127.0.0.1:9" }),
    });
    const answer = await createVisitor(url).get("/oauth/owner/google");
    expect(answer.status).toBe(503);
    expect(answer.text).toContain("Google cannot be reached");
    expect(answer.text).not.toContain("127.0.0.1:9");
  });
});

describeWith([], "the settings of signing in with Google", () => {
  it.each([
    ["a client without its secret", { GOOGLE_OAUTH_CLIENT_ID: "a" }],
    ["a secret without its client", { GOOGLE_OAUTH_CLIENT_SECRET: "a" }],
    ["nobody who may sign in", { GOOGLE_OAUTH_CLIENT_ID: "a", GOOGLE_OAUTH_CLIENT_SECRET: "a" }],
  ])("refuse %s", (_title, environment) => {
    expect(() => loadOwnerSettings(environment)).toThrow("ALLOWED_GOOGLE_ACCOUNTS together");
  });

  it("need nothing", () => {
    expect(loadOwnerSettings({})).toEqual({ google: null });
  });
});
