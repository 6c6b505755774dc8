import { createHash } from "node:crypto";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { createApiKeyStore } from "#shared/auth/api-key-store.ts";
import { describeWith } from "../../../support/capabilities.ts";
import { type Answer, createVisitor, type Visitor } from "./browse.ts";
import { createInteraction, PASSPHRASE, type ServedPages, serveOwnerPages } from "./serve-owner-pages.ts";

const SIGN_IN = "/oauth/owner/sign-in";
const { uid } = createInteraction();

describeWith("postgres", "every answer of the owner's pages", () => {
  let served: ServedPages;
  let owner: Visitor;

  beforeAll(async () => {
    served = await serveOwnerPages();
    served.waiting.set(uid, createInteraction());
    await served.setPassphrase();
    owner = createVisitor(served.url);
    await owner.submit(SIGN_IN, SIGN_IN, { passphrase: PASSPHRASE });
  }, 120_000);
  afterAll(() => served.stop(), 60_000);

  const directives = (answer: Answer) => (answer.headers.get("content-security-policy") ?? "").split("; ");

  it.each([
    ["the owner's page", "/oauth/owner", 200],
    ["activity", "/oauth/owner/activity", 200],
    ["consent", `/oauth/interaction/${uid}`, 200],
    ["a request that has ended", "/oauth/interaction/of-somebody-else", 410],
    ["nothing", "/oauth/owner/nothing", 404],
    ["a form's address", "/oauth/owner/sign-out", 405],
  ])("forbids scripts, frames, other hosts and caches: %s", async (_title, path, status) => {
    const answer = await owner.get(path);
    expect(answer.status).toBe(status);
    const style = /<style>([\s\S]*)<\/style>/.exec(answer.text)?.[1] ?? "";
    const hash = createHash("sha256").update(style).digest("base64");
    const always = [
      "default-src 'none'",
      `style-src 'sha256-${hash}'`,
      "img-src data:",
      "base-uri 'none'",
      "frame-ancestors 'none'",
    ];
    const isConsent = path.includes(uid);
    expect(directives(answer)).toEqual(isConsent ? always : [...always, "form-action 'self'"]);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      "cache-control": "no-store",
      "content-type": "text/html; charset=utf-8",
      "referrer-policy": "same-origin",
      "x-content-type-options": "nosniff",
      "x-frame-options": "DENY",
    });
    expect(answer.text).not.toMatch(/<script|javascript:| on[a-z]+=|style="/);
  });

  it("is not kept by a cache either when it leads on", async () => {
    const answer = await createVisitor(served.url).get("/oauth/owner");
    expect(answer.status).toBe(303);
    expect(answer.headers.get("cache-control")).toBe("no-store");
  });

  it("has no content for HEAD, and the same status", async () => {
    const response = await fetch(`${served.url}/oauth/owner/sign-in`, { method: "HEAD" });
    expect(response.status).toBe(200);
    expect(await response.text()).toBe("");
  });

  it.each([
    "/oauth/ownership",
    "/oauth",
    "/owner-x",
    "/oauth/interaction/",
    "/oauth/interaction/short",
    "/oauth/interaction/a/b",
  ])("leaves other paths to others: %s", async (path) => {
    expect((await owner.get(path)).text).toBe("none of the owner's");
  });

  it("is the same without the function's name in the path, as in the cloud", async () => {
    expect((await owner.get("/owner")).text).toContain("Who has access");
  });

  it("shows what others chose as text, never as markup", async () => {
    const nasty = `"><script>alert(1)</script><a href='javascript:alert(2)'>&amp;`;
    const keys = createApiKeyStore(served.database);
    await keys.create({ name: nasty, scopes: ["query"], expiresAt: null });
    await served.database
      .insertInto("oauthClientUses")
      .values({
        clientId: nasty,
        name: nasty,
        host: nasty,
        kind: "dcr",
        pinnedRedirectUri: null,
        approvedScopes: ["query"],
        lastUsedAt: null,
      })
      .execute();
    await served.database
      .insertInto("auditEvents")
      .values({
        principalId: nasty,
        principalName: nasty,
        client: nasty,
        operation: nasty,
        outcome: nasty,
        status: 200,
        durationMs: 1,
        costUsd: null,
        bytes: null,
        textSha256: nasty,
        textBytes: 1,
        text: nasty,
        requestId: "r",
      })
      .execute();
    const asking = createInteraction();
    const client = {
      ...asking.client,
      id: nasty,
      name: nasty,
      host: nasty,
      redirectHost: nasty,
      kind: "dcr" as const,
    };
    served.waiting.set("nasty-interaction", createInteraction({ uid: "nasty-interaction", client }));
    for (const path of [
      "/oauth/owner",
      "/oauth/owner/activity",
      "/oauth/interaction/nasty-interaction",
      `/oauth/owner?done=${encodeURIComponent(nasty)}`,
    ]) {
      const { text } = await owner.get(path);
      expect(text).not.toMatch(/<script|<a href='javascript/);
      if (!path.includes("done=")) expect(text).toContain("&lt;script&gt;alert(1)");
    }
  });
});
