import { describe, expect, it } from "@jest/globals";
import { csv, header, inAnHour, LARGE_BYTES, serveFiles, TEXT } from "./get-file.fixture.ts";

const { get, store } = serveFiles();

describe("a range", () => {
  it.each([
    ["bytes=0-0", "0", "bytes 0-0/10"],
    ["bytes=2-5", "2345", "bytes 2-5/10"],
    ["bytes=7-", "789", "bytes 7-9/10"],
    ["bytes=-3", "789", "bytes 7-9/10"],
    ["bytes=-99", TEXT, "bytes 0-9/10"],
    ["bytes=8-99", "89", "bytes 8-9/10"],
    [`bytes=9-${"9".repeat(400)}`, "9", "bytes 9-9/10"],
    ["BYTES=1-1", "1", "bytes 1-1/10"],
  ])("%s is sent alone", async (range, body, contentRange) => {
    const response = await get(csv(), { range });
    expect([response.status, await response.text()]).toEqual([206, body]);
    expect(header(response, "content-range")).toBe(contentRange);
    expect(header(response, "content-length")).toBe(String(body.length));
  });

  it("of a large file begins and ends between chunks", async () => {
    const response = await get(csv("files/large"), { range: "bytes=65535-200001" });
    const expected = Buffer.alloc(LARGE_BYTES, "large").subarray(65_535, 200_002);
    expect(Buffer.from(await response.arrayBuffer()).equals(expected)).toBe(true);
  });

  it.each([
    "bytes=0-1,3-4",
    "bytes=5-2",
    "bytes=-",
    "bytes=a-b",
    "bytes=1.5-2",
    "bytes=--1",
    "lines=0-1",
    "bytes 0-1",
    "",
  ])("%j is none that is served: the whole file comes", async (range) => {
    const response = await get(csv(), { range });
    expect([response.status, await response.text()]).toEqual([200, TEXT]);
    expect(header(response, "content-range")).toBeNull();
  });

  it.each([
    ["bytes=10-", "files/text", 10],
    ["bytes=99-100", "files/text", 10],
    [`bytes=${"9".repeat(400)}-`, "files/text", 10],
    ["bytes=-0", "files/text", 10],
    ["bytes=0-", "files/empty", 0],
    ["bytes=-1", "files/empty", 0],
  ])("%s that %s does not have is refused with its size", async (range, key, size) => {
    const response = await get(csv(key), { range });
    expect([response.status, (await response.json()).code]).toEqual([416, "range_not_satisfiable"]);
    expect(header(response, "content-range")).toBe(`bytes */${size}`);
  });

  it("is served when If-Range names the file as it is, else all of it", async () => {
    const link = csv();
    const etag = header(await get(link), "etag") ?? "";
    const ask = (condition: string) => get(link, { range: "bytes=0-1", "if-range": condition });
    expect((await ask(etag)).status).toBe(206);
    for (const other of ['"other"', `W/${etag}`, new Date().toUTCString()]) {
      expect([other, (await ask(other)).status]).toEqual([other, 200]);
    }
  });

  it("is passed over by HEAD", async () => {
    const response = await get(csv(), { range: "bytes=0-1" }, "HEAD");
    expect([response.status, header(response, "content-length")]).toEqual([200, "10"]);
  });
});

describe("If-None-Match", () => {
  it.each([
    (etag: string) => etag,
    (etag: string) => `W/${etag}`,
    (etag: string) => `"x", ${etag}`,
    () => "*",
  ])("of a reader who has the file is answered without it (%#)", async (toCondition) => {
    const etag = header(await get(csv()), "etag") ?? "";
    expect(etag).toMatch(/^"[\w-]+"$/);
    const response = await get(csv(), { "if-none-match": toCondition(etag), range: "bytes=0-1" });
    expect([response.status, await response.text(), header(response, "etag")]).toEqual([304, "", etag]);
    expect(header(response, "content-length")).toBeNull();
  });

  it("of a reader who has another file is not", async () => {
    const etag = header(await get(csv("files/other")), "etag") ?? "";
    expect((await get(csv(), { "if-none-match": etag })).status).toBe(200);
  });

  it("of a reader who has the file as it was before it was replaced is not", async () => {
    await store().put("files/replaced", Buffer.from("before"), { expiresAt: inAnHour() });
    const etag = header(await get(csv("files/replaced")), "etag") ?? "";
    await store().put("files/replaced", Buffer.from("after!"), {
      expiresAt: new Date(Date.now() + 2 * 3_600_000),
    });
    const response = await get(csv("files/replaced"), { "if-none-match": etag });
    expect([response.status, await response.text()]).toEqual([200, "after!"]);
  });
});
