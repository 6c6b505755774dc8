import { type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { PASSPHRASE } from "./serve-owner-pages.ts";

const QUIET = [
  "--no-sandbox",
  "--disable-gpu",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-sync",
];

/** The machine may be busy with other suites. */
export const BROWSER_TIMEOUT_MS = 120_000;

/** A Chromium, and what went wrong in its pages. */
export interface TestBrowser {
  /** Errors of pages and of their consoles, since the test emptied the list. */
  readonly troubles: string[];
  /** Opens a tab in a profile of its own. */
  open(options?: BrowserContextOptions): Promise<Page>;
  close(): Promise<void>;
}

/** Starts Debian's Chromium. */
export async function launchBrowser(): Promise<TestBrowser> {
  const troubles: string[] = [];
  const browser = await chromium.launch({
    executablePath: "/usr/bin/chromium",
    args: QUIET,
    timeout: BROWSER_TIMEOUT_MS,
  });
  return {
    troubles,
    async open(options = {}) {
      const context = await browser.newContext(options);
      context.setDefaultTimeout(BROWSER_TIMEOUT_MS / 2);
      const page = await context.newPage();
      page.on("console", (message) => {
        // A status of 4xx is part of the story, and Chromium calls each an error.
        if (message.type() === "error" && !/status of 4\d\d/.test(message.text()))
          troubles.push(message.text());
      });
      page.on("pageerror", (error) => troubles.push(error.message));
      return page;
    },
    close: () => browser.close(),
  };
}

/** Signs the owner in, in this tab. */
export async function signInAt(page: Page, url: string): Promise<void> {
  await page.goto(`${url}/oauth/owner/sign-in`);
  await page.fill("#passphrase", PASSPHRASE);
  await page.click("main button");
  await page.waitForURL("**/oauth/owner");
}
