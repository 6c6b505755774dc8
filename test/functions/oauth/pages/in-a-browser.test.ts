import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { afterAll, beforeAll, beforeEach, expect, it } from "@jest/globals";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { createApiKeyStore } from "#shared/auth/api-key-store.ts";
import { isWholeApiKey } from "#shared/auth/create-api-key.ts";
import { describeWith } from "../../../support/capabilities.ts";
import { createInteraction, PASSPHRASE, type ServedPages, serveOwnerPages } from "./serve-owner-pages.ts";

const QUIET = [
  "--no-sandbox",
  "--disable-gpu",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-sync",
];
/** The machine may be busy with other suites. */
const TIMEOUT_MS = 120_000;
const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const AUDIT = `axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] })
  .then(({ violations }) => violations.map(({ id, nodes }) => id + ": " + nodes.map(({ html }) => html).join(" ")))`;
const PHONE = { width: 320, height: 640 };
const DESKTOP = { width: 1280, height: 800 };

const { uid } = createInteraction();
const ASKING = `/oauth/interaction/${uid}`;

describeWith(["chromium", "postgres"], "the owner's pages in Chromium", () => {
  let served: ServedPages;
  let browser: Browser;
  const troubles: string[] = [];

  beforeAll(async () => {
    served = await serveOwnerPages();
    browser = await chromium.launch({
      executablePath: "/usr/bin/chromium",
      args: QUIET,
      timeout: TIMEOUT_MS,
    });
  }, TIMEOUT_MS);
  afterAll(async () => {
    await browser?.close();
    await served?.stop();
  }, TIMEOUT_MS);
  beforeEach(async () => {
    troubles.length = 0;
    served.decisions.length = 0;
    served.waiting.set(uid, createInteraction());
    await served.setPassphrase();
  });

  async function open(options: BrowserContextOptions = {}): Promise<Page> {
    const context = await browser.newContext(options);
    context.setDefaultTimeout(TIMEOUT_MS / 2);
    const page = await context.newPage();
    page.on("console", (message) => {
      // A status of 4xx is part of the story, and Chromium calls each an error.
      if (message.type() === "error" && !/status of 4\d\d/.test(message.text()))
        troubles.push(message.text());
    });
    page.on("pageerror", (error) => troubles.push(error.message));
    return page;
  }

  async function signIn(page: Page): Promise<void> {
    await page.goto(`${served.url}/oauth/owner/sign-in`);
    await page.fill("#passphrase", PASSPHRASE);
    await page.click("main button");
    await page.waitForURL("**/oauth/owner");
  }

  it(
    "let a client in without a script: sign in, see who asks, allow, and arrive where the client wants to be",
    async () => {
      const page = await open({ javaScriptEnabled: false });
      await page.goto(served.url + ASKING);
      expect(await page.innerText("main")).toContain("ChatGPT wants to use this server");
      await page.fill("#passphrase", "not the passphrase");
      await page.click("main button");
      expect(await page.innerText("[role=alert]")).toContain("That is not the passphrase");
      await page.fill("#passphrase", PASSPHRASE);
      await page.click("main button");
      expect(await page.innerText("h1")).toBe("Let ChatGPT connect?");
      expect(await page.innerText("main")).toMatch(/your answer goes to chatgpt\.com/);
      await page.click("button[value=allow]");
      await page.waitForSelector("text=Back at the client");
      await page.context().close();
      expect(served.decisions).toEqual([["execute", "query"]]);
      expect(troubles).toEqual([]);
    },
    TIMEOUT_MS,
  );

  it(
    "let the owner say no, and no less",
    async () => {
      const page = await open({ javaScriptEnabled: false });
      await signIn(page);
      await page.goto(served.url + ASKING);
      await page.uncheck("input[value=execute]");
      await page.uncheck("input[value=query]");
      await page.click("button[value=allow]");
      expect(await page.innerText("[role=alert]")).toContain("Tick at least one thing");
      await page.click("button[value=deny]");
      await page.waitForSelector("text=Back at the client");
      await page.context().close();
      expect(served.decisions).toEqual([null]);
    },
    TIMEOUT_MS,
  );

  it(
    "set the first passphrase with the code that the server printed",
    async () => {
      await served.database.deleteFrom("owner").execute();
      const code = await served.createSetUpCode();
      const page = await open({ javaScriptEnabled: false });
      await page.goto(`${served.url}/oauth/owner`);
      await page.fill("#code", code.toLowerCase().replaceAll("-", " "));
      await page.fill("#passphrase", "three words and more");
      await page.fill("#again", "three words and more");
      await page.click("main button");
      await page.waitForURL("**/oauth/owner");
      expect(await page.innerText("h1")).toBe("Who has access");
      await page.context().close();
      expect(troubles).toEqual([]);
    },
    TIMEOUT_MS,
  );

  it(
    "make a key, show it once, rename it and revoke it, without a script",
    async () => {
      const page = await open({ javaScriptEnabled: false });
      await signIn(page);
      await page.click("text=Make a key");
      await page.fill("#key-name", "from the browser");
      await page.click("button:has-text('Make the key')");
      expect(isWholeApiKey(await page.innerText(".key"))).toBe(true);
      const key = await page.innerText(".key");
      await page.click("text=I have copied it");
      expect(await page.content()).not.toContain(key);
      await page.click("summary:has-text('Change the key')");
      await page.fill("input[value='from the browser']", "renamed");
      await page.click("button:has-text('Rename')");
      expect(await page.innerText("[role=status]")).toBe("The key has its new name.");
      await page.click("summary:has-text('Change the key renamed')");
      await page.click("button:has-text('Revoke this key')");
      expect(await page.innerText("[role=status]")).toBe("The key is revoked.");
      await page.context().close();
      expect(troubles).toEqual([]);
    },
    TIMEOUT_MS,
  );

  it(
    "can be put into no other page",
    async () => {
      const page = await open();
      await signIn(page);
      const outside = new URL(served.callback).origin;
      await page.goto(`${outside}/connected`);
      await page.setContent(
        `<iframe src="${served.url}/oauth/owner"></iframe><iframe src="${served.url}${ASKING}"></iframe>`,
      );
      await page.waitForTimeout(500);
      const texts = await Promise.all(
        page
          .frames()
          .slice(1)
          .map((frame) => frame.content()),
      );
      await page.context().close();
      for (const text of texts) expect(text).not.toMatch(/Who has access|Let ChatGPT/);
    },
    TIMEOUT_MS,
  );

  it(
    "ignore a form that another site sends in the owner's browser",
    async () => {
      const keys = createApiKeyStore(served.database);
      await keys.create({ name: "to be kept", scopes: ["query"], expiresAt: null });
      const page = await open();
      await signIn(page);
      await page.goto(`${new URL(served.callback).origin.replace("127.0.0.1", "localhost")}/connected`);
      await page.setContent(
        `<form method=post action="${served.url}/oauth/owner/keys/revoke-all"><button>win</button></form>`,
      );
      await page.click("button");
      await page.waitForSelector(".mark");
      await page.context().close();
      expect((await keys.list()).find(({ name }) => name === "to be kept")?.revokedAt).toBeNull();
    },
    TIMEOUT_MS,
  );

  it.each(["light", "dark"] as const)(
    "are readable for everybody, in %s, on a phone and on a desktop",
    async (colorScheme) => {
      await fillOwnerPage(served);
      const page = await open({ colorScheme });
      const faults: Record<string, readonly string[]> = {};
      const judge = async (path: string) => {
        await page.goto(served.url + path);
        await page.evaluate("for (const drawer of document.querySelectorAll('details')) drawer.open = true");
        for (const viewport of [PHONE, DESKTOP]) {
          await page.setViewportSize(viewport);
          await page.evaluate(AXE);
          const found = (await page.evaluate(AUDIT)) as string[];
          const width = Number(await page.evaluate("document.documentElement.scrollWidth"));
          faults[`${path} ${viewport.width}`] = [
            ...found,
            ...(width > viewport.width ? [`is ${width} wide`] : []),
          ];
        }
      };
      await served.database.updateTable("owner").set({ passphraseHash: null }).execute();
      await judge("/oauth/owner/set-up");
      await served.setPassphrase();
      await judge("/oauth/owner/sign-in");
      await judge("/oauth/owner/nowhere");
      await signIn(page);
      for (const path of [
        ASKING,
        "/oauth/interaction/of-a-stranger",
        "/oauth/owner?done=revoked",
        "/oauth/owner/activity",
      ])
        await judge(path);
      await page.context().close();
      expect(faults).toEqual(Object.fromEntries(Object.keys(faults).map((name) => [name, []])));
      expect(troubles).toEqual([]);
    },
    TIMEOUT_MS,
  );
});

/** Something of everything that the pages can show. */
async function fillOwnerPage({ database, waiting }: ServedPages): Promise<void> {
  const keys = createApiKeyStore(database);
  await keys.create({
    name: "laptop",
    scopes: ["execute", "query:write"],
    expiresAt: new Date(Date.now() + 1e10),
  });
  const { stored } = await keys.create({ name: "x".repeat(64), scopes: ["query"], expiresAt: null });
  await keys.revoke(stored.id);
  await keys.create({ name: "y".repeat(64), scopes: ["query"], expiresAt: null });
  const client = {
    name: "Long ".repeat(12),
    host: `${"long-".repeat(12)}host.example.org`,
    pinnedRedirectUri: null,
  };
  await database
    .insertInto("oauthClientUses")
    .values([
      {
        ...client,
        clientId: "one",
        kind: "dcr",
        approvedScopes: ["execute", "query:write"],
        lastUsedAt: null,
      },
      { ...client, clientId: "two", kind: "cimd", approvedScopes: ["query"], lastUsedAt: new Date() },
    ])
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  const event = {
    principalId: "x",
    principalName: "laptop",
    status: 200,
    durationMs: 12,
    requestId: "r",
    client: "ChatGPT",
  };
  const none = { costUsd: null, bytes: null, textSha256: null, textBytes: null, text: null };
  await database
    .insertInto("auditEvents")
    .values([
      { ...event, ...none, operation: "list_languages", outcome: "ok" },
      {
        ...event,
        ...none,
        operation: "execute_code",
        outcome: "program_timed_out",
        textSha256: "a".repeat(64),
        textBytes: 7,
      },
      {
        ...event,
        operation: "query_bigquery",
        outcome: "ok",
        costUsd: 0.01,
        bytes: 1e9,
        textSha256: "b".repeat(64),
        textBytes: 8,
        text: `SELECT ${"1, ".repeat(200)}`,
      },
    ])
    .execute();
  const asking = createInteraction();
  waiting.set(
    "of-a-stranger",
    createInteraction({
      uid: "of-a-stranger",
      client: {
        ...asking.client,
        kind: "dcr",
        name: "<script>alert(1)</script>",
        redirectHost: `${"long-".repeat(12)}host.example.org`,
      },
    }),
  );
}
