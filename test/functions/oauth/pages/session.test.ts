import { createHash } from "node:crypto";
import { afterAll, beforeAll, beforeEach, expect, it } from "@jest/globals";
import { describeWith } from "../../../support/capabilities.ts";
import { createVisitor, csrfOf, type Visitor } from "./browse.ts";
import { PASSPHRASE, type ServedPages, serveOwnerPages } from "./serve-owner-pages.ts";

const OWNER = "/oauth/owner";
const SIGN_IN = "/oauth/owner/sign-in";

describeWith("postgres", "the owner's session", () => {
  let served: ServedPages;
  let visitor: Visitor;

  beforeAll(async () => {
    served = await serveOwnerPages();
    await served.setPassphrase();
  }, 120_000);
  afterAll(() => served.stop(), 60_000);
  beforeEach(async () => {
    visitor = createVisitor(await served.serveAgain());
  });

  const signIn = (who: Visitor) => who.submit(SIGN_IN, SIGN_IN, { passphrase: PASSPHRASE });

  it("is never one that was there before the sign-in: neither a stranger's value nor the owner's last one", async () => {
    const planted = "A".repeat(43);
    visitor.cookies.set("owner", planted);
    await signIn(visitor);
    const first = visitor.cookies.get("owner") ?? "";
    expect(first).toMatch(/^[\w-]{43}$/);
    expect(first).not.toBe(planted);
    const stranger = createVisitor(visitor.url);
    stranger.cookies.set("owner", planted);
    expect((await stranger.get(OWNER)).status).toBe(303);
  });

  it("ends when the same browser signs in again", async () => {
    await signIn(visitor);
    const first = visitor.cookies.get("owner") ?? "";
    const form = createVisitor(visitor.url);
    const csrf = csrfOf((await form.get(SIGN_IN)).text, SIGN_IN);
    form.cookies.set("owner", first);
    await form.post(SIGN_IN, { csrf, passphrase: PASSPHRASE });
    expect(form.cookies.get("owner")).not.toBe(first);
    expect((await visitor.get(OWNER)).status).toBe(303);
  });

  it("is kept as a hash only", async () => {
    await signIn(visitor);
    const cookie = visitor.cookies.get("owner") ?? "";
    const rows = await served.database.selectFrom("ownerSessions").selectAll().execute();
    expect(JSON.stringify(rows)).not.toContain(cookie);
    expect(rows.map(({ idHash }) => idHash)).toContain(createHash("sha256").update(cookie).digest("hex"));
  });

  it.each([
    ["another letter", (cookie: string) => (cookie.startsWith("A") ? "B" : "A") + cookie.slice(1)],
    ["its hash", (cookie: string) => createHash("sha256").update(cookie).digest("hex")],
    ["nothing", () => ""],
    ["quotes", (cookie: string) => `"${cookie}"`],
    ["an SQL statement", () => "x' OR '1'='1"],
    ["10,000 characters", () => "x".repeat(10_000)],
  ])("is not found by %s", async (_title, change) => {
    await signIn(visitor);
    visitor.cookies.set("owner", change(visitor.cookies.get("owner") ?? ""));
    expect((await visitor.get(OWNER)).status).toBe(303);
  });

  it("is not found when somebody put a second cookie of the same name beside it", async () => {
    await signIn(visitor);
    const cookie = `owner=${visitor.cookies.get("owner")}`;
    visitor.cookies.clear();
    expect((await visitor.get(OWNER, { cookie })).status).toBe(200);
    expect((await visitor.get(OWNER, { cookie: `${cookie}; owner=planted` })).status).toBe(303);
    expect((await visitor.get(OWNER, { cookie: `owner=planted; ${cookie}` })).status).toBe(303);
  });

  it("has a cookie that no script, no other site and no plain http sees, where the address is https", async () => {
    const url = await served.serveAgain({ publicBaseUrl: "https://tools.example.org" });
    const https = createVisitor(url);
    const page = await https.get(SIGN_IN);
    const csrf = csrfOf(page.text, SIGN_IN);
    const answer = await https.post(
      SIGN_IN,
      { csrf, passphrase: PASSPHRASE },
      { origin: "https://tools.example.org" },
    );
    const cookies = [...page.headers.getSetCookie(), ...answer.headers.getSetCookie()];
    expect(cookies.map((line) => line.replace(/=[^;]*/, "=…"))).toEqual([
      "__Host-owner-form=…; Path=/; Max-Age=3600; HttpOnly; SameSite=Lax; Secure",
      "__Host-owner=…; Path=/; Max-Age=43200; HttpOnly; SameSite=Lax; Secure",
      "__Host-owner-device=…; Path=/; Max-Age=15552000; HttpOnly; SameSite=Lax; Secure",
      "__Host-owner-form=…; Path=/; Max-Age=0; HttpOnly; SameSite=Lax; Secure",
    ]);
    expect((await https.get(OWNER)).status).toBe(200);
    const plain = https.cookies.get("__Host-owner") ?? "";
    expect((await createVisitor(url).get(OWNER, { cookie: `owner=${plain}` })).status).toBe(303);
  });

  it("is the same for every instance, and ends on all of them", async () => {
    const other = createVisitor(await served.serveAgain());
    await signIn(visitor);
    other.cookies.set("owner", visitor.cookies.get("owner") ?? "");
    expect((await other.get(OWNER)).status).toBe(200);
    await other.submit(OWNER, `${OWNER}/sign-out`, {});
    expect((await visitor.get(OWNER)).status).toBe(303);
  });

  it.each([
    "%0d%0aSet-Cookie:%20owner=x",
    "a%0aLocation:%20https://evil.example",
    "https://evil.example",
    "../../evil",
    "%00",
  ])("takes no header out of an address: %s", async (text) => {
    const page = await visitor.get(`${SIGN_IN}?interaction=${text}`);
    const csrf = csrfOf(page.text, SIGN_IN);
    const answer = await visitor.post(`${SIGN_IN}?interaction=${text}`, { csrf, passphrase: PASSPHRASE });
    expect(answer.location).toBe(OWNER);
    const cookies = answer.headers.getSetCookie().filter((line) => line.startsWith("owner="));
    expect(cookies).toEqual([expect.stringMatching(/^owner=[\w-]{43};/)]);
  });
});
