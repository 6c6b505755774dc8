import { afterAll, beforeAll, beforeEach, expect, it } from "@jest/globals";
import { createApiKeyStore } from "#shared/auth/api-key-store.ts";
import { isWholeApiKey } from "#shared/auth/create-api-key.ts";
import { describeWith } from "../../../support/capabilities.ts";
import { BROWSER_TIMEOUT_MS, launchBrowser, signInAt, type TestBrowser } from "./launch-browser.ts";
import { createInteraction, PASSPHRASE, type ServedPages, serveOwnerPages } from "./serve-owner-pages.ts";

const { uid } = createInteraction();
const ASKING = `/oauth/interaction/${uid}`;

describeWith(["chromium", "postgres"], "the owner's pages in Chromium", () => {
  let served: ServedPages;
  let browser: TestBrowser;

  beforeAll(async () => {
    served = await serveOwnerPages();
    browser = await launchBrowser();
  }, BROWSER_TIMEOUT_MS);
  afterAll(async () => {
    await browser?.close();
    await served?.stop();
  }, BROWSER_TIMEOUT_MS);
  beforeEach(async () => {
    browser.troubles.length = 0;
    served.decisions.length = 0;
    served.waiting.set(uid, createInteraction());
    await served.setPassphrase();
  });

  it(
    "let a client in without a script: sign in, see who asks, allow, and arrive where the client wants to be",
    async () => {
      const page = await browser.open({ javaScriptEnabled: false });
      await page.goto(served.url + ASKING);
      expect(await page.innerText("main")).toContain("ChatGPT wants to use this server");
      await page.fill("#passphrase", "not the passphrase");
      await page.click("main button");
      expect(await page.innerText("[role=alert]")).toContain("That is not the passphrase");
      await page.fill("#passphrase", PASSPHRASE);
      await page.click("main button");
      await page.waitForSelector("h1:text-is('Let ChatGPT connect?')");
      expect(await page.innerText("main")).toMatch(/your answer goes to chatgpt\.com/);
      await page.click("button[value=allow]");
      await page.waitForSelector("text=Back at the client");
      await page.context().close();
      expect(served.decisions).toEqual([["execute", "query"]]);
      expect(browser.troubles).toEqual([]);
    },
    BROWSER_TIMEOUT_MS,
  );

  it(
    "let the owner say no, and no less",
    async () => {
      const page = await browser.open({ javaScriptEnabled: false });
      await signInAt(page, served.url);
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
    BROWSER_TIMEOUT_MS,
  );

  it(
    "set the first passphrase with the code that the server printed",
    async () => {
      await served.database.deleteFrom("owner").execute();
      const code = await served.createSetUpCode();
      const page = await browser.open({ javaScriptEnabled: false });
      await page.goto(`${served.url}/oauth/owner`);
      await page.fill("#code", code.toLowerCase().replaceAll("-", " "));
      await page.fill("#passphrase", "three words and more");
      await page.fill("#again", "three words and more");
      await page.click("main button");
      await page.waitForURL("**/oauth/owner");
      await page.waitForSelector("h1:text-is('Who has access')");
      await page.context().close();
      expect(browser.troubles).toEqual([]);
    },
    BROWSER_TIMEOUT_MS,
  );

  it(
    "make a key, show it once, rename it and revoke it, without a script",
    async () => {
      const page = await browser.open({ javaScriptEnabled: false });
      await signInAt(page, served.url);
      await page.click("text=Make a key");
      await page.fill("#key-name", "from the browser");
      await page.click("button:has-text('Make the key')");
      expect(isWholeApiKey(await page.innerText(".key"))).toBe(true);
      const key = await page.innerText(".key");
      await page.click("text=I have copied it");
      await page.waitForSelector(".key", { state: "detached" });
      expect(await page.content()).not.toContain(key);
      await page.click("summary:has-text('Change the key')");
      await page.fill("input[value='from the browser']", "renamed");
      await page.click("button:has-text('Rename')");
      await page.waitForSelector("[role=status]:text-is('The key has its new name.')");
      await page.click("summary:has-text('Change the key renamed')");
      await page.click("button:has-text('Revoke this key')");
      await page.waitForSelector("[role=status]:text-is('The key is revoked.')");
      await page.context().close();
      expect(browser.troubles).toEqual([]);
    },
    BROWSER_TIMEOUT_MS,
  );

  it(
    "can be put into no other page",
    async () => {
      const page = await browser.open();
      await signInAt(page, served.url);
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
    BROWSER_TIMEOUT_MS,
  );

  it(
    "ignore a form that another site sends in the owner's browser",
    async () => {
      const keys = createApiKeyStore(served.database);
      await keys.create({ name: "to be kept", scopes: ["query"], expiresAt: null });
      const page = await browser.open();
      await signInAt(page, served.url);
      await page.goto(`${new URL(served.callback).origin.replace("127.0.0.1", "localhost")}/connected`);
      await page.setContent(
        `<form method=post action="${served.url}/oauth/owner/keys/revoke-all"><button>win</button></form>`,
      );
      await page.click("button");
      await page.waitForSelector(".mark");
      await page.context().close();
      expect((await keys.list()).find(({ name }) => name === "to be kept")?.revokedAt).toBeNull();
    },
    BROWSER_TIMEOUT_MS,
  );
});
