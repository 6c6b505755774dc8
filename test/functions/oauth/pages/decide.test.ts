import { afterAll, beforeAll, beforeEach, expect, it } from "@jest/globals";
import { describeWith } from "../../../support/capabilities.ts";
import { createVisitor, type Fields, type Visitor } from "./browse.ts";
import { createInteraction, PASSPHRASE, type ServedPages, serveOwnerPages } from "./serve-owner-pages.ts";

const SIGN_IN = "/oauth/owner/sign-in";
const { uid, client } = createInteraction();
const ASKING = `/oauth/interaction/${uid}`;

describeWith("postgres", "letting a client in", () => {
  let served: ServedPages;
  let owner: Visitor;

  beforeAll(async () => {
    served = await serveOwnerPages();
    await served.setPassphrase();
  }, 120_000);
  afterAll(() => served.stop(), 60_000);
  beforeEach(async () => {
    owner = createVisitor(await served.serveAgain());
    await owner.submit(SIGN_IN, SIGN_IN, { passphrase: PASSPHRASE });
    served.waiting.clear();
    served.waiting.set(uid, createInteraction());
    served.decisions.length = 0;
    served.events.length = 0;
  });

  const decide = (fields: Fields) => owner.submit(ASKING, ASKING, fields);

  it("names the client, where it comes from, where the answer goes, and what it may do in plain words", async () => {
    const { text } = await owner.get(ASKING);
    for (const part of [
      "Let ChatGPT connect?",
      "It comes from <b>chatgpt.com</b>",
      "your answer goes to <b>chatgpt.com</b>",
      "Run programs in the sandbox",
      "Read the data warehouse",
      "Change data in the warehouse",
    ])
      expect(text).toContain(part);
    expect(text).not.toContain("Anybody can call");
  });

  it("offers what changes data unticked, and the rest ticked", async () => {
    const { text } = await owner.get(ASKING);
    expect(text.match(/value="[\w:]+" checked/g)).toEqual([
      'value="execute" checked',
      'value="query" checked',
    ]);
  });

  it("grants what is ticked and nothing else", async () => {
    const answer = await decide({ decision: "allow", scope: ["query"] });
    expect(answer).toMatchObject({ status: 303, location: `${served.callback}?code=a-code` });
    expect(served.decisions).toEqual([["query"]]);
    expect(served.events).toMatchObject([
      { operation: "approve_client", outcome: "ok", principalName: "owner" },
    ]);
  });

  it("never grants what was not asked for", async () => {
    served.waiting.set(uid, createInteraction({ scopes: ["query"] }));
    await decide({ decision: "allow", scope: ["query", "query:write", "execute", "openid", "admin"] });
    expect(served.decisions).toEqual([["query"]]);
  });

  it.each<readonly [string, Fields]>([
    ["nothing ticked", { decision: "allow" }],
    ["only what was not asked for", { decision: "allow", scope: "admin" }],
    ["another button", { decision: "maybe", scope: "query" }],
    ["no button", { scope: "query" }],
  ])("asks again with %s", async (_title, fields) => {
    const answer = await decide(fields);
    expect(answer.status).toBe(400);
    expect(answer.text).toContain("Tick at least one thing");
    expect(served.decisions).toEqual([]);
  });

  it("does not let it in when the owner says no, whatever is ticked", async () => {
    const answer = await decide({ decision: "deny", scope: "query" });
    expect(answer.location).toBe(`${served.callback}?error=access_denied`);
    expect(served.decisions).toEqual([null]);
  });

  it("does not ask again for what was approved before", async () => {
    served.waiting.set(uid, createInteraction({ needsConsent: false, scopes: ["query"] }));
    expect((await owner.get(ASKING)).location).toBe(`${served.callback}?code=a-code`);
    expect(served.decisions).toEqual([["query"]]);
  });

  it("asks for the sign-in first, also for what was approved before", async () => {
    served.waiting.set(uid, createInteraction({ needsConsent: false }));
    const stranger = createVisitor(owner.url);
    const page = await stranger.get(ASKING);
    expect(page.text).toContain("ChatGPT wants to use this server");
    expect(served.decisions).toEqual([]);
    const action = `${SIGN_IN}?interaction=${uid}`;
    expect((await stranger.submit(action, action, { passphrase: PASSPHRASE })).location).toBe(ASKING);
  });

  it("warns of a client that registered itself under a name of its choice", async () => {
    const own = {
      ...client,
      kind: "dcr" as const,
      name: "ChatGPT",
      redirectHost: "chatgpt.com.evil.example",
    };
    served.waiting.set(uid, createInteraction({ client: own }));
    const { text } = await owner.get(ASKING);
    expect(text).toContain("Anybody can call an app “ChatGPT”");
    expect(text).toContain("<b>chatgpt.com.evil.example</b>");
    expect(text).not.toContain("It comes from");
  });

  it("says that an app on the same device asks", async () => {
    const own = { ...client, kind: "dcr" as const, name: "Editor", redirectHost: "127.0.0.1:3334" };
    served.waiting.set(uid, createInteraction({ client: own }));
    expect((await owner.get(ASKING)).text).toContain("an app on this device (127.0.0.1:3334)");
  });

  it("says that a request has ended, once it was answered or in another browser", async () => {
    served.waiting.clear();
    for (const answer of [
      await owner.get(ASKING),
      await owner.post(ASKING, { decision: "allow", scope: "query" }),
    ]) {
      expect(answer.status).toBe(410);
      expect(answer.text).toContain("This request has ended");
    }
    expect(served.decisions).toEqual([]);
  });
});
