import { afterAll, beforeAll, beforeEach, expect, it } from "@jest/globals";
import { createOwnerAccount } from "#functions/oauth/owner/owner-account.ts";
import { describeWith } from "../../../support/capabilities.ts";
import { createVisitor, type Visitor } from "./browse.ts";
import { PASSPHRASE, type ServedPages, serveOwnerPages } from "./serve-owner-pages.ts";

const SIGN_IN = "/oauth/owner/sign-in";
const WRONG = "not the passphrase at all";
const HOUR_MS = 3_600_000;
const RULE = { perMinute: 10 };

describeWith("postgres", "signing in", () => {
  let served: ServedPages;
  let visitor: Visitor;
  let now = new Date();

  beforeAll(async () => {
    served = await serveOwnerPages({ now: () => now });
    await served.setPassphrase();
  }, 120_000);
  afterAll(() => served.stop(), 60_000);
  beforeEach(async () => {
    now = new Date();
    // A limiter of its own for each test.
    visitor = createVisitor(await served.serveAgain());
  });

  const signIn = (who: Visitor, passphrase = PASSPHRASE) => who.submit(SIGN_IN, SIGN_IN, { passphrase });

  it("lets the owner in, and nobody before", async () => {
    expect((await visitor.get("/oauth/owner")).location).toBe(SIGN_IN);
    expect(await signIn(visitor)).toMatchObject({ status: 303, location: "/oauth/owner" });
    expect(await visitor.get("/oauth/owner")).toMatchObject({ status: 200 });
    expect((await visitor.get(SIGN_IN)).location).toBe("/oauth/owner");
  });

  it.each([
    ["another passphrase", WRONG],
    ["the passphrase with a space more", `${PASSPHRASE} `],
    ["the passphrase in capitals", PASSPHRASE.toUpperCase()],
    ["nothing", ""],
    ["a text of 15,000 characters", "x".repeat(15_000)],
    ["the passphrase and a zero byte", `${PASSPHRASE}\u0000`],
  ])("refuses %s and begins no session", async (_title, passphrase) => {
    const answer = await signIn(visitor, passphrase);
    expect(answer.status).toBe(401);
    expect(answer.text).toContain("That is not the passphrase");
    expect(visitor.cookies.has("owner")).toBe(false);
  });

  it("never shows, logs or keeps what was typed", async () => {
    const answer = await signIn(visitor, "a secret typed by mistake");
    expect(answer.text).not.toContain("typed by mistake");
    expect(JSON.stringify(served.events)).not.toContain("typed by mistake");
  });

  it("keeps a hash of which each guess costs 32 MiB three times over", async () => {
    await createOwnerAccount(served.database).setPassphrase(PASSPHRASE, AbortSignal.timeout(60_000));
    const owner = await served.database.selectFrom("owner").selectAll().executeTakeFirstOrThrow();
    expect(owner.passphraseHash).toMatch(/^\$scrypt\$ln=15,r=8,p=3\$[\w-]{22}\$[\w-]{43}$/);
    expect((await signIn(visitor)).status).toBe(303);
    await served.setPassphrase();
  }, 60_000);

  it("takes the same passphrase typed on a keyboard that composes its letters otherwise", async () => {
    const account = createOwnerAccount(served.database);
    await account.setPassphrase("Grüße aus Köln am Rhein".normalize("NFC"), AbortSignal.timeout(30_000));
    const answer = await signIn(visitor, "Grüße aus Köln am Rhein".normalize("NFD"));
    await served.setPassphrase();
    expect(answer.status).toBe(303);
  });

  it("refuses everybody after ten wrong ones, the right one too, and says how long to wait", async () => {
    const before = served.events.length;
    const answers = [];
    for (let attempt = 0; attempt < 14; attempt += 1) answers.push(await signIn(visitor, WRONG));
    expect(answers.map(({ status }) => status)).toEqual([
      ...Array(RULE.perMinute).fill(401),
      429,
      429,
      429,
      429,
    ]);
    const right = await signIn(createVisitor(visitor.url));
    expect(right.status).toBe(429);
    expect(Number(right.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(right.text).toMatch(/Too many attempts\. Wait \d+ seconds/);
    expect(served.events.length - before).toBe(RULE.perMinute);
  }, 60_000);

  it("lets the owner in from a browser that is known, while strangers guess", async () => {
    await signIn(visitor);
    visitor.cookies.delete("owner");
    const stranger = createVisitor(visitor.url);
    for (let attempt = 0; attempt < 12; attempt += 1) await signIn(stranger, WRONG);
    expect((await signIn(stranger)).status).toBe(429);
    expect((await signIn(visitor)).status).toBe(303);
  }, 60_000);

  it("counts a browser whose device cookie is made up as a stranger", async () => {
    const stranger = createVisitor(visitor.url);
    for (let attempt = 0; attempt < 10; attempt += 1) {
      stranger.cookies.set("owner-device", `AQAAawH2Fnsi${attempt}`);
      await signIn(stranger, WRONG);
    }
    stranger.cookies.set("owner-device", "another-one");
    expect((await signIn(stranger)).status).toBe(429);
  }, 60_000);

  it("ends a session after two hours without a visit, and after twelve whatever happens", async () => {
    await signIn(visitor);
    const start = now.getTime();
    for (let hour = 1; hour < 12; hour += 1) {
      now = new Date(start + hour * HOUR_MS);
      expect((await visitor.get("/oauth/owner")).status).toBe(200);
    }
    now = new Date(start + 12 * HOUR_MS);
    expect((await visitor.get("/oauth/owner")).status).toBe(303);

    now = new Date(start);
    visitor.cookies.delete("owner");
    await signIn(visitor);
    now = new Date(start + 2 * HOUR_MS);
    expect((await visitor.get("/oauth/owner")).status).toBe(303);
  });

  it("ends the session at the sign-out, also for whoever kept its cookie", async () => {
    await signIn(visitor);
    const cookie = visitor.cookies.get("owner") ?? "";
    expect((await visitor.submit("/oauth/owner", "/oauth/owner/sign-out", {})).location).toBe(SIGN_IN);
    expect(visitor.cookies.has("owner")).toBe(false);
    visitor.cookies.set("owner", cookie);
    expect((await visitor.get("/oauth/owner")).status).toBe(303);
  });

  it("ends every session at once when the passphrase changes", async () => {
    await signIn(visitor);
    await served.setPassphrase();
    expect((await visitor.get("/oauth/owner")).status).toBe(303);
  });
});
