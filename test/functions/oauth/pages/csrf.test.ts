import { afterAll, beforeAll, beforeEach, expect, it } from "@jest/globals";
import { type ApiKeyStore, createApiKeyStore, type StoredApiKey } from "#shared/auth/api-key-store.ts";
import { describeWith } from "../../../support/capabilities.ts";
import { createVisitor, csrfOf, type Fields, type Visitor } from "./browse.ts";
import { createInteraction, PASSPHRASE, type ServedPages, serveOwnerPages } from "./serve-owner-pages.ts";

const OWNER = "/oauth/owner";
const SIGN_IN = "/oauth/owner/sign-in";
const { uid } = createInteraction();
const ASKING = `/oauth/interaction/${uid}`;
const NEW = "another good passphrase";

describeWith("postgres", "a form that is not the owner's own", () => {
  let served: ServedPages;
  let owner: Visitor;
  let keys: ApiKeyStore;
  let key: StoredApiKey;
  let csrf: string;

  beforeAll(async () => {
    served = await serveOwnerPages();
    keys = createApiKeyStore(served.database);
    key = (await keys.create({ name: "kept", scopes: ["query"], expiresAt: null })).stored;
    served.waiting.set(uid, createInteraction());
    await served.setPassphrase();
    await served.database
      .insertInto("oauthClientUses")
      .values({
        clientId: "a-client",
        name: "App",
        host: "app.example",
        kind: "cimd",
        pinnedRedirectUri: null,
        approvedScopes: ["query"],
        lastUsedAt: null,
      })
      .execute();
  }, 120_000);
  afterAll(() => served.stop(), 60_000);
  beforeEach(async () => {
    owner = createVisitor(await served.serveAgain());
    await owner.submit(SIGN_IN, SIGN_IN, { passphrase: PASSPHRASE });
    csrf = csrfOf((await owner.get(OWNER)).text, `${OWNER}/sign-out`);
    served.decisions.length = 0;
  });

  /** What a form could have changed. */
  async function state() {
    return {
      keys: (await keys.list()).map(({ name, revokedAt }) => ({ name, revokedAt })),
      clients: await served.database.selectFrom("oauthClientUses").select("clientId").execute(),
      owner: await served.database.selectFrom("owner").select(["passphraseHash", "sessionEpoch"]).execute(),
      decisions: [...served.decisions],
      page: (await owner.get(OWNER)).status,
    };
  }

  const FORMS: readonly (readonly [string, () => string, Fields])[] = [
    ["make a key", () => `${OWNER}/keys`, { name: "evil", scope: "query", lifetime: "never" }],
    ["rename a key", () => `${OWNER}/keys/${key.id}/rename`, { name: "evil" }],
    ["revoke a key", () => `${OWNER}/keys/${key.id}/revoke`, {}],
    ["revoke all keys", () => `${OWNER}/keys/revoke-all`, {}],
    ["disconnect an app", () => `${OWNER}/clients/revoke`, { client: "a-client" }],
    [
      "change the passphrase",
      () => `${OWNER}/passphrase`,
      { current: PASSPHRASE, passphrase: NEW, again: NEW },
    ],
    ["sign out", () => `${OWNER}/sign-out`, {}],
    ["sign out other browsers", () => `${OWNER}/sign-out-others`, {}],
    ["revoke everything", () => `${OWNER}/revoke-everything`, {}],
    ["let a client in", () => ASKING, { decision: "allow", scope: "query" }],
    ["keep a client out", () => ASKING, { decision: "deny" }],
  ];

  it.each(FORMS)("does not %s", async (_title, path, fields) => {
    const before = await state();
    const stranger = createVisitor(owner.url);
    await stranger.submit(SIGN_IN, SIGN_IN, { passphrase: PASSPHRASE });
    const other = csrfOf((await stranger.get(OWNER)).text, `${OWNER}/sign-out`);
    const attacks: readonly (readonly [Fields, Record<string, string>])[] = [
      [fields, {}],
      [{ ...fields, csrf: "" }, {}],
      [{ ...fields, csrf: other }, {}],
      [{ ...fields, csrf: `${csrf}x` }, {}],
      [{ ...fields, csrf }, { origin: "https://evil.example" }],
      [{ ...fields, csrf }, { origin: "null" }],
      [{ ...fields, csrf }, { origin: `${owner.url}.evil.example` }],
      [{ ...fields, csrf }, { "sec-fetch-site": "cross-site" }],
      [{ ...fields, csrf }, { "sec-fetch-site": "same-site" }],
    ];
    for (const [sent, headers] of attacks) {
      const answer = await owner.post(path(), sent, headers);
      expect(answer.status).toBe(403);
      expect(answer.text).toContain("Nothing was done");
    }
    expect(await state()).toEqual(before);
  });

  it.each(FORMS)("of another kind does not %s", async (_title, path, fields) => {
    const before = await state();
    const cookie = [...owner.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const send = (init: RequestInit) =>
      fetch(owner.url + path(), {
        method: "POST",
        redirect: "manual",
        ...init,
        headers: { cookie, ...init.headers },
      });
    const body = new URLSearchParams({ csrf });
    for (const [name, value] of Object.entries(fields)) body.set(name, String(value));
    const asText = { body: body.toString(), headers: { "content-type": "text/plain" } };
    const asJson = {
      body: JSON.stringify({ csrf, ...fields }),
      headers: { "content-type": "application/json" },
    };
    const many = Array.from({ length: 40 }, (_, index) => `x${index}=`).join("&");
    const tooMany = { body: new URLSearchParams(`${body}&${many}`) };
    const tooLong = { body: new URLSearchParams({ csrf, padding: "x".repeat(17_000) }) };
    const statuses = [];
    for (const init of [asText, asJson, tooMany, tooLong]) statuses.push((await send(init)).status);
    expect(statuses).toEqual([415, 415, 413, 413]);
    expect((await owner.get(path())).status).toBe(path() === ASKING ? 200 : 405);
    expect(await state()).toEqual(before);
  });

  it("does not sign the reader in as somebody else", async () => {
    const visitor = createVisitor(owner.url);
    const attacker = createVisitor(owner.url);
    const token = csrfOf((await attacker.get(SIGN_IN)).text, SIGN_IN);
    const own = csrfOf((await visitor.get(SIGN_IN)).text, SIGN_IN);
    for (const [sent, headers] of [
      [{}, {}],
      [{ csrf: token }, {}],
      [{ csrf: own }, { origin: "https://evil.example" }],
      [{ csrf: own }, { "sec-fetch-site": "cross-site" }],
    ] as const) {
      const answer = await visitor.post(SIGN_IN, { passphrase: PASSPHRASE, ...sent }, headers);
      expect(answer.status).toBe(403);
    }
    visitor.cookies.delete("owner-form");
    expect((await visitor.post(SIGN_IN, { passphrase: PASSPHRASE, csrf: own })).status).toBe(403);
    expect(visitor.cookies.has("owner")).toBe(false);
  });

  it("is refused when the owner has signed out meanwhile", async () => {
    await owner.post(`${OWNER}/sign-out`, { csrf });
    expect((await owner.post(`${OWNER}/keys/revoke-all`, { csrf })).location).toBe(SIGN_IN);
    expect((await keys.list())[0]?.revokedAt).toBeNull();
  });
});
