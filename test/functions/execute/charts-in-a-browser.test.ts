import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { type Browser, chromium } from "playwright-core";
import { describeWith } from "../../support/capabilities.ts";
import { servePrograms } from "./serve-programs.fixture.ts";

const CHROMIUM = "/usr/bin/chromium";
const QUIET = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"];
/** The machine may be busy with other suites. */
const TIMEOUT_MS = 120_000;

describeWith("chromium", "charts in Chromium", () => {
  const { python } = servePrograms({ SANDBOX_WARM_DATA: "1" });
  let browser: Browser;

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: CHROMIUM, args: QUIET, timeout: TIMEOUT_MS });
  }, TIMEOUT_MS);
  afterAll(() => browser?.close(), TIMEOUT_MS);

  /** The natural size of an image as a page of another origin shows it. */
  async function show(url: string): Promise<{ width: number; height: number }> {
    const page = await browser.newPage();
    try {
      await page.setContent("<h1>a page</h1>");
      return await page.evaluate(async (source) => {
        const image = document.createElement("img");
        image.src = source;
        await image.decode();
        return { width: image.naturalWidth, height: image.naturalHeight };
      }, url);
    } finally {
      await page.close();
    }
  }

  it("shows a plain plot by its link, and has its data", async () => {
    const body = await python(
      "import matplotlib.pyplot as plt\nplt.plot([1, 2, 3], [1, 4, 9], label='squares')\nplt.title('Growth')\nplt.xlabel('n')",
      { svg: true },
    );
    expect(body).toMatchObject({ success: true, stderr: "" });
    expect(body.charts).toMatchObject([{ type: "line", title: "Growth", x_label: "n" }]);
    expect(JSON.stringify(body.charts[0].series)).toContain("squares");
    expect(body.charts[0].image_url).toMatch(/\/chart-1\.png$/);
    expect(body.markdown).toContain(`![Growth](${body.charts[0].image_url})`);
    const painted = await show(body.charts[0].image_url);
    expect(painted.width).toBeGreaterThan(300);
    const drawn = await show(body.charts[0].svg_url);
    expect(drawn.width).toBeGreaterThan(100);
  });

  it("runs no script of a page that a program wrote", async () => {
    const { files } = await python(
      "open('page.html', 'w').write('<script>document.title = \"ran\"</script>')\nopen('image.svg', 'w').write('<svg xmlns=\"http://www.w3.org/2000/svg\"><script>document.title = \"ran\"</script></svg>')",
    );
    expect(files).toHaveLength(2);
    for (const { url } of files) {
      const page = await browser.newPage();
      // A download is no page.
      await page.goto(url).catch(() => undefined);
      expect(await page.title()).not.toBe("ran");
      await page.close();
    }
  });
});
