import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "@jest/globals";
import { createDocs } from "#functions/docs/create-docs.ts";
import { ASSET_DIRECTORIES, ask, createTestDocs } from "./create-test-docs.ts";

const docs = await createTestDocs();
const BUNDLE = "/docs/assets/swagger-ui-bundle.js";

async function readAsset(directory: number, name: string): Promise<Buffer> {
  return readFile(join(ASSET_DIRECTORIES[directory] ?? "", name));
}

describe("assets", () => {
  it("that are missing stop the start and are named", async () => {
    const start = createDocs({ assetDirectories: ["/nonexistent"], version: "1.0.0" });
    await expect(start).rejects.toThrow(/swagger-ui\.css/);
  });

  it.each([
    [BUNDLE, "text/javascript; charset=utf-8"],
    ["/docs/assets/swagger-ui.css", "text/css; charset=utf-8"],
    ["/docs/assets/docs.css", "text/css; charset=utf-8"],
    ["/docs/assets/initializer.js", "text/javascript; charset=utf-8"],
    ["/docs/assets/copy-buttons.js", "text/javascript; charset=utf-8"],
  ])("%s comes as %s", async (path, contentType) => {
    const response = await ask(docs, path);
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe(contentType);
    expect(response.headers.get("x-content-type-options")).toBe("nosniff");
    expect((await response.arrayBuffer()).byteLength).toBeGreaterThan(100);
  });

  it("come byte for byte, plain or compressed", async () => {
    const file = await readAsset(0, "swagger-ui-bundle.js");
    const plain = await ask(docs, BUNDLE);
    const compressed = await ask(docs, BUNDLE, { headers: { "accept-encoding": "br, gzip;q=0.8" } });
    expect(Buffer.from(await plain.arrayBuffer()).equals(file)).toBe(true);
    expect(compressed.headers.get("content-encoding")).toBe("gzip");
    const bytes = Buffer.from(await compressed.arrayBuffer());
    expect(bytes.byteLength).toBeLessThan(file.byteLength / 2);
    expect(gunzipSync(bytes).equals(file)).toBe(true);
  });

  it.each(["", "identity", "gzip;q=0", "gzip; q=0.0", "br, deflate", "xgzip"])(
    "are not compressed for a reader who takes %j",
    async (accept) => {
      const response = await ask(docs, BUNDLE, { headers: { "accept-encoding": accept } });
      expect(response.headers.get("content-encoding")).toBeNull();
    },
  );

  it("are not sent again to a reader who has them", async () => {
    const etag = (await ask(docs, BUNDLE)).headers.get("etag") ?? "";
    expect(etag).toMatch(/^"[\w-]{22}"$/);
    for (const known of [etag, `W/${etag}`, `"other", ${etag}`, "*"]) {
      const response = await ask(docs, BUNDLE, { headers: { "if-none-match": known } });
      expect([known, response.status, await response.text()]).toEqual([known, 304, ""]);
      expect(response.headers.get("etag")).toBe(etag);
    }
  });

  it("are sent again when they changed or when the reader has the other encoding", async () => {
    const etag = (await ask(docs, BUNDLE)).headers.get("etag") ?? "";
    const changed = await ask(docs, BUNDLE, { headers: { "if-none-match": '"other"' } });
    const other = await ask(docs, BUNDLE, { headers: { "if-none-match": etag, "accept-encoding": "gzip" } });
    expect([changed.status, other.status]).toEqual([200, 200]);
  });

  it("are all in the list of what the build copies", async () => {
    const file = new URL("../../../functions/docs/build.json", import.meta.url);
    const build: { assets: { include: string[] }[] } = JSON.parse(await readFile(file, "utf8"));
    const copied = build.assets.flatMap(({ include }) => include.map((name) => `/docs/assets/${name}`));
    const served = docs.routes.map(({ path }) => path).filter((path) => path.startsWith("/docs/assets/"));
    expect(copied).toEqual(expect.arrayContaining(served));
  });
});
