import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { describeWith } from "../../support/capabilities.ts";
import { type RunningServer, startServer } from "../../support/start-server.ts";

const CHROMIUM = "/usr/bin/chromium";
const QUIET = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
/** The machine may be busy with other suites. */
const TIMEOUT_MS = 120_000;

/** A page that keeps what went wrong in it and whom it called. */
interface Watched {
  readonly page: Page;
  readonly troubles: string[];
  readonly outsiders: string[];
  close(): Promise<void>;
}

describeWith("chromium", "the pages in Chromium", () => {
  let server: RunningServer;
  let browser: Browser;

  beforeAll(async () => {
    server = await startServer();
    browser = await chromium.launch({ executablePath: CHROMIUM, args: QUIET, timeout: TIMEOUT_MS });
  }, TIMEOUT_MS);

  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  }, TIMEOUT_MS);

  async function open(path: string, options: BrowserContextOptions = {}): Promise<Watched> {
    const context = await browser.newContext(options);
    context.setDefaultTimeout(TIMEOUT_MS / 2);
    const page = await context.newPage();
    const troubles: string[] = [];
    const outsiders: string[] = [];
    page.on("console", (message) => {
      if (message.type() === "error" || message.type() === "warning") troubles.push(message.text());
    });
    page.on("pageerror", (error) => troubles.push(error.message));
    page.on("request", (request) => {
      const url = new URL(request.url());
      if (url.origin !== server.url && url.protocol !== "data:") outsiders.push(url.href);
    });
    await page.goto(`${server.url}${path}`);
    return { page, troubles, outsiders, close: () => context.close() };
  }

  async function authorize(page: Page): Promise<void> {
    await page.click("button.authorize");
    await page.fill(".auth-container input", server.key);
    await page.click(".auth-btn-wrapper button[type=submit]");
    await page.click(".auth-btn-wrapper button.btn-done");
  }

  /** Opens an operation, presses Execute and returns the status and the body that the page shows. */
  async function execute(
    page: Page,
    id: string,
  ): Promise<{ readonly status: string; readonly body: string }> {
    const block = page.locator(id);
    await block.locator(".opblock-summary-control").click();
    await block.locator("button.execute").click();
    const live = block.locator(".live-responses-table tr.response");
    const status = await live.locator(".response-col_status").first().innerText();
    const body = await live.locator(".highlight-code").first().innerText();
    return { status: status.trim(), body };
  }

  it(
    "call an operation from the page, and no other host",
    async () => {
      const { page, troubles, outsiders, close } = await open("/docs");
      const { status, body } = await execute(page, "#operations-health-check_health");
      await close();
      expect(status).toMatch(/^200/);
      expect(body).toContain('"status": "healthy"');
      expect({ troubles, outsiders }).toEqual({ troubles: [], outsiders: [] });
    },
    TIMEOUT_MS,
  );

  describeWith("sandbox", "on a machine that runs programs", () => {
    it(
      "run a program with the key from the Authorize button",
      async () => {
        const { page, troubles, outsiders, close } = await open("/docs");
        await authorize(page);
        const { status, body } = await execute(page, "#operations-execute-execute_code");
        await close();
        expect(body).toContain('"output": "4\\n"');
        expect(status).toMatch(/^200/);
        expect({ troubles, outsiders }).toEqual({ troubles: [], outsiders: [] });
      },
      TIMEOUT_MS,
    );
  });

  it(
    "show the server's own sentence to a reader who did not sign in",
    async () => {
      const { page, close } = await open("/docs");
      const { status, body } = await execute(page, "#operations-execute-list_languages");
      await close();
      expect(status).toMatch(/^401/);
      expect(body).toContain("unauthenticated");
    },
    TIMEOUT_MS,
  );

  it.each(["/", "/docs"])(
    "fit a phone: %s does not scroll sideways",
    async (path) => {
      const phone = { viewport: { width: 360, height: 740 } };
      const { page, troubles, outsiders, close } = await open(path, phone);
      await page.waitForSelector(path === "/" ? "h1" : ".opblock");
      const width = await page.evaluate("document.documentElement.scrollWidth");
      await close();
      expect(width).toBe(360);
      expect({ troubles, outsiders }).toEqual({ troubles: [], outsiders: [] });
    },
    TIMEOUT_MS,
  );

  it(
    "copy an address at the press of a button",
    async () => {
      const permissions = ["clipboard-read", "clipboard-write"];
      const { page, troubles, close } = await open("/", { permissions });
      await page.locator(".address button").first().click();
      await page.waitForSelector("button:text('Copied')");
      const copied = await page.evaluate("navigator.clipboard.readText()");
      await close();
      expect(copied).toBe(`${server.url}/mcp`);
      expect(troubles).toEqual([]);
    },
    TIMEOUT_MS,
  );

  it.each(["light", "dark"] as const)(
    "follow the reader's %s colour scheme",
    async (colorScheme) => {
      for (const path of ["/", "/docs"]) {
        const { page, close } = await open(path, { colorScheme });
        await page.waitForSelector(path === "/" ? "h1" : ".opblock");
        const color = await page.evaluate("getComputedStyle(document.body).backgroundColor");
        await close();
        const [red = "0"] = String(color).match(/\d+/g) ?? [];
        expect([path, Number(red) > 128]).toEqual([path, colorScheme === "light"]);
      }
    },
    TIMEOUT_MS,
  );
});
