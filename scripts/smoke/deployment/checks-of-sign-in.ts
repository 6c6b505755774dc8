import * as client from "openid-client";
import { must, SmokeError, same } from "../check.ts";
import { callMcp } from "./checks-of-tools.ts";
import {
  type Deployment,
  type DeploymentCheck,
  expectStatus,
  listOf,
  NotDeployedError,
} from "./deployment.ts";
import { createOwnerBrowser, findForm, type Page } from "./owner-browser.ts";

/** An address that nobody listens at: the code comes back in the redirect, which is not followed. */
const CALLBACK = "http://127.0.0.1:9/smoke-test";
/** A credential that is revoked is refused everywhere within ten seconds. */
const REVOKED_WITHIN_MS = 20_000;

/** Registers a client of this run (RFC 7591), as apps do that nobody knew before. */
async function register(at: Deployment): Promise<client.Configuration> {
  const path = "/oauth/.well-known/openid-configuration";
  const reply = await at.ask("GET", path, { credential: null });
  if (reply.status === 404)
    throw new NotDeployedError("There is no authorization server: keys are the way in.");
  same(expectStatus(reply, 200).json()["issuer"], `${at.url}/oauth`);
  const isLocal = new URL(at.url).protocol === "http:";
  return client.dynamicClientRegistration(
    new URL(`${at.url}/oauth`),
    { redirect_uris: [CALLBACK], client_name: "Smoke test", token_endpoint_auth_method: "none" },
    client.None(),
    { execute: isLocal ? [client.allowInsecureRequests] : [] },
  );
}

async function toAuthorizationUrl(at: Deployment, config: client.Configuration) {
  const verifier = client.randomPKCECodeVerifier();
  const state = client.randomState();
  const url = client.buildAuthorizationUrl(config, {
    redirect_uri: CALLBACK,
    scope: "execute query",
    resource: `${at.url}/mcp`,
    state,
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
  });
  return { url, verifier, state };
}

/** Goes the owner's way: signs in, allows what is asked for. @returns the address that the client gets its answer at */
async function allow(start: URL, passphrase: string): Promise<URL> {
  const browser = createOwnerBrowser();
  const answers = createAnswers(passphrase);
  let [here, page] = [start.href, await browser.open(start.href)];
  for (let step = 0; step < 12; step += 1) {
    if (page.location?.startsWith(CALLBACK)) return new URL(page.location);
    const form = page.location === null ? answers(page, here) : null;
    here = form?.action ?? page.location ?? here;
    page = await browser.open(here, form?.fields);
  }
  throw new SmokeError(`The way in does not end: it is at ${new URL(here).pathname} after twelve steps.`);
}

/** What the owner puts into the forms on the way; the passphrase once. */
function createAnswers(passphrase: string) {
  let hasSignedIn = false;
  return (page: Page, here: string) => {
    const isSignIn = page.text.includes('name="passphrase"');
    if (isSignIn && hasSignedIn) throw new SmokeError("The passphrase was not taken.");
    const form = findForm(page, here, isSignIn ? "passphrase" : "decision");
    if (isSignIn) {
      hasSignedIn = true;
      form.fields.set("passphrase", passphrase);
    } else {
      form.fields.set("decision", "allow");
      for (const scope of ["execute", "query"]) form.fields.append("scope", scope);
    }
    return form;
  };
}

async function waitUntilRefused(at: Deployment, credential: string): Promise<void> {
  const end = performance.now() + REVOKED_WITHIN_MS;
  while ((await at.ask("GET", "/execute/languages", { credential })).status !== 401) {
    must(performance.now() < end, "A revoked token is still taken.");
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
}

async function checkWholeSignIn(at: Deployment): Promise<string> {
  const config = await register(at);
  const { url, verifier, state } = await toAuthorizationUrl(at, config);
  const answer = await allow(url, at.passphrase ?? "");
  const tokens = await client.authorizationCodeGrant(config, answer, {
    pkceCodeVerifier: verifier,
    expectedState: state,
  });
  must(
    listOf(await callMcp(at, "tools/list", {}, tokens.access_token), "tools").length > 0,
    "There are no tools.",
  );
  const about = await client.tokenIntrospection(config, tokens.access_token);
  same([about.active, about.scope], [true, "execute query"]);
  const refreshed = await client.refreshTokenGrant(config, tokens.refresh_token ?? "");
  await client.tokenRevocation(config, refreshed.refresh_token ?? "");
  await waitUntilRefused(at, refreshed.access_token);
  return "registered, let in, refreshed, revoked, refused";
}

/** The authorization server, as a new app meets it. */
export const SIGN_IN_CHECKS: readonly DeploymentCheck[] = [
  {
    name: "OAuth: registration, and the way to the owner's page",
    needs: "nothing",
    async run(at) {
      const { url } = await toAuthorizationUrl(at, await register(at));
      const browser = createOwnerBrowser();
      let page = await browser.open(url.href);
      for (let step = 0; page.location !== null && step < 6; step += 1) {
        must(new URL(page.location).origin === new URL(at.url).origin, `It leads away, to ${page.location}`);
        page = await browser.open(page.location);
      }
      must(page.status === 200 && page.text.includes("<form"), `A page with ${page.status} came.`);
      return "the owner is asked";
    },
  },
  {
    name: "OAuth: a code that was never given",
    needs: "nothing",
    async run(at) {
      const config = await register(at);
      const body = {
        grant_type: "authorization_code",
        code: "no-such-code",
        redirect_uri: CALLBACK,
        client_id: config.clientMetadata().client_id,
        code_verifier: client.randomPKCECodeVerifier(),
      };
      const reply = await at.ask("POST", "/oauth/token", { body, credential: null });
      same(expectStatus(reply, 400).json()["error"], "invalid_grant");
      return "invalid_grant";
    },
  },
  { name: "OAuth: a whole sign-in", needs: "passphrase", run: checkWholeSignIn },
];
