import { afterAll, beforeAll, beforeEach, expect, it } from "@jest/globals";
import { createOwnerAccount } from "#functions/oauth/owner/owner-account.ts";
import { describeWith } from "../../../support/capabilities.ts";
import { createVisitor, type Fields, type Visitor } from "./browse.ts";
import { type ServedPages, serveOwnerPages } from "./serve-owner-pages.ts";

const SET_UP = "/oauth/owner/set-up";
const PASSPHRASE = "four words that fit";
const DAY_MS = 24 * 3_600_000;

describeWith("postgres", "setting the first passphrase", () => {
  let served: ServedPages;
  let visitor: Visitor;
  let code: string;
  let now = new Date();

  beforeAll(async () => {
    served = await serveOwnerPages({ now: () => now });
  }, 120_000);
  afterAll(() => served.stop(), 60_000);
  beforeEach(async () => {
    now = new Date();
    await served.database.deleteFrom("owner").execute();
    code = await served.createSetUpCode();
    visitor = createVisitor(await served.serveAgain());
  });

  const setUp = (fields: Fields = {}, who = visitor) =>
    who.submit(SET_UP, SET_UP, { code, passphrase: PASSPHRASE, again: PASSPHRASE, ...fields });
  const hasPassphrase = () => createOwnerAccount(served.database).hasPassphrase();

  it("is where a new server's owner comes to, also on the way to let a client in", async () => {
    expect((await visitor.get("/oauth/owner")).location).toBe("/oauth/owner/sign-in");
    expect((await visitor.get("/oauth/owner/sign-in")).location).toBe(SET_UP);
    const waiting = "?interaction=an-interaction-uid-0";
    expect((await visitor.get(`/oauth/owner/sign-in${waiting}`)).location).toBe(SET_UP + waiting);
    const action = SET_UP + waiting;
    const answer = await visitor.submit(action, action, { code, passphrase: PASSPHRASE, again: PASSPHRASE });
    expect(answer.location).toBe("/oauth/interaction/an-interaction-uid-0");
  }, 60_000);

  it("works with the printed code, however it is typed, and once", async () => {
    expect(code).toMatch(/^(?:[A-Z2-9]{4}-){3}[A-Z2-9]{4}$/);
    const answer = await setUp({ code: ` ${code.toLowerCase().replaceAll("-", " ")}` });
    expect(answer).toMatchObject({ status: 303, location: "/oauth/owner" });
    expect((await visitor.get("/oauth/owner")).status).toBe(200);
    expect((await createVisitor(visitor.url).get(SET_UP)).location).toBe("/oauth/owner/sign-in");
    const kept = await served.database.selectFrom("serverKeys").select("name").execute();
    expect(kept.map(({ name }) => name)).not.toContain("owner-set-up-code");
  }, 60_000);

  it.each<readonly [string, Fields, string]>([
    ["without a code", { code: "" }, "That is not the set-up code"],
    ["with another code", { code: "AAAA-BBBB-CCCC-DDDD" }, "That is not the set-up code"],
    ["with 11 characters", { passphrase: "elevenchars", again: "elevenchars" }, "at least 12 characters"],
    [
      "with the same letter over and over",
      { passphrase: "a".repeat(30), again: "a".repeat(30) },
      "too easy to guess",
    ],
    [
      "with 257 characters",
      { passphrase: "abcdefgh".repeat(33), again: "abcdefgh".repeat(33) },
      "at most 256",
    ],
    ["with two different passphrases", { again: `${PASSPHRASE}!` }, "not the same"],
  ])("is refused %s, and says why", async (_title, fields, sentence) => {
    const answer = await setUp(fields);
    expect(answer.status).toBe(400);
    expect(answer.text).toContain(sentence);
    expect(answer.text).not.toContain(PASSPHRASE);
    expect(await hasPassphrase()).toBe(false);
    expect(visitor.cookies.has("owner")).toBe(false);
  });

  it("keeps the code in the form when something else was wrong", async () => {
    expect((await setUp({ again: "x" })).text).toContain(`value="${code}"`);
  });

  it("is refused with the code of the start before", async () => {
    await served.createSetUpCode();
    expect((await setUp()).status).toBe(400);
  });

  it("is refused with a code that is a day old", async () => {
    now = new Date(Date.now() + DAY_MS + 60_000);
    expect((await setUp()).status).toBe(400);
  });

  it("is refused to everybody after ten wrong codes", async () => {
    for (let attempt = 0; attempt < 10; attempt += 1) await setUp({ code: "AAAA-BBBB-CCCC-DDDD" });
    expect((await setUp()).status).toBe(429);
    expect(await hasPassphrase()).toBe(false);
  });

  it("is done by one of five who have the code at the same time", async () => {
    const visitors = Array.from({ length: 5 }, () => createVisitor(visitor.url));
    const answers = await Promise.all(
      visitors.map((who, index) =>
        setUp({ passphrase: `${PASSPHRASE} ${index}`, again: `${PASSPHRASE} ${index}` }, who),
      ),
    );
    const winners = answers.filter(({ location }) => location === "/oauth/owner");
    expect(winners).toHaveLength(1);
  }, 60_000);

  it("keeps nothing of the code but its hash", async () => {
    const [row] = await served.database.selectFrom("serverKeys").selectAll().execute();
    expect(JSON.stringify(row)).not.toContain(code);
    expect(JSON.stringify(row)).not.toContain(code.replaceAll("-", ""));
  });
});
