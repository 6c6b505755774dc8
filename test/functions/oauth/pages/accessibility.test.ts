import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { createApiKeyStore } from "#shared/auth/api-key-store.ts";
import { describeWith } from "../../../support/capabilities.ts";
import { BROWSER_TIMEOUT_MS, launchBrowser, signInAt, type TestBrowser } from "./launch-browser.ts";
import { createInteraction, type ServedPages, serveOwnerPages } from "./serve-owner-pages.ts";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const AUDIT = `axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] })
  .then(({ violations }) => violations.map(({ id, nodes }) => id + ": " + nodes.map(({ html }) => html).join(" ")))`;
const PHONE = { width: 320, height: 640 };
const DESKTOP = { width: 1280, height: 800 };

const { uid } = createInteraction();
const ASKING = `/oauth/interaction/${uid}`;

describeWith(["chromium", "postgres"], "the owner's pages", () => {
  let served: ServedPages;
  let browser: TestBrowser;

  beforeAll(async () => {
    served = await serveOwnerPages();
    browser = await launchBrowser();
    served.waiting.set(uid, createInteraction());
    await served.setPassphrase();
    await fillOwnerPage(served);
  }, BROWSER_TIMEOUT_MS);
  afterAll(async () => {
    await browser?.close();
    await served?.stop();
  }, BROWSER_TIMEOUT_MS);

  it.each(["light", "dark"] as const)(
    "are readable for everybody, in %s, on a phone and on a desktop",
    async (colorScheme) => {
      const page = await browser.open({ colorScheme });
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
      await signInAt(page, served.url);
      for (const path of [
        ASKING,
        "/oauth/interaction/of-a-stranger",
        "/oauth/owner?done=revoked",
        "/oauth/owner/activity",
      ])
        await judge(path);
      await page.context().close();
      expect(faults).toEqual(Object.fromEntries(Object.keys(faults).map((name) => [name, []])));
      expect(browser.troubles).toEqual([]);
    },
    BROWSER_TIMEOUT_MS,
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
