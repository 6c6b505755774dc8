import { describe, expect, it } from "@jest/globals";
import { createUnavailableObjectStore } from "#shared/object-store/object-store-unavailable.ts";
import { createSigner } from "#shared/signing/create-signer.ts";
import {
  csv,
  header,
  inAnHour,
  LARGE_BYTES,
  linkTo,
  serveFiles,
  serveStore,
  signer,
  TEXT,
} from "./get-file.fixture.ts";

const { get, served, store } = serveFiles();

describe("a link that is good for nothing is answered with one and the same sentence", () => {
  const foreign = createSigner({ keys: ["x".repeat(32)], purpose: "file" });
  const otherUse = createSigner({ keys: ["k".repeat(32)], purpose: "page" });
  const token = { k: "files/text", t: "text/csv" };

  it.each([
    ["guessed", () => "/execute/files/AQAAAABn/a.csv"],
    ["long", () => `/execute/files/${"A".repeat(8_000)}/a.csv`],
    ["altered", () => csv().replace(/.(?=\/a\.csv)/, (character) => (character === "A" ? "B" : "A"))],
    ["cut off", () => csv().replace(/.(?=\/a\.csv)/, "")],
    ["expired", () => linkTo(token, "a.csv", new Date(Date.now() - 1_000))],
    ["signed with another key", () => `/execute/files/${foreign.sign(token, inAnHour())}/a.csv`],
    ["signed for another use", () => `/execute/files/${otherUse.sign(token, inAnHour())}/a.csv`],
    ["signed for no file", () => `/execute/files/${signer.sign({ k: 1 }, inAnHour())}/a.csv`],
    ["of a file that is gone", () => csv("files/gone")],
  ])("one that is %s", async (_name, link) => {
    for (const method of ["GET", "HEAD"]) {
      const response = await get(link(), {}, method);
      expect(response.status).toBe(404);
      if (method === "HEAD") continue;
      expect(await response.json()).toEqual({
        success: false,
        error:
          "There is no such file, or its link is no longer good. Run the program again to get a new link.",
        code: "not_found",
        request_id: expect.any(String),
        retryable: false,
      });
    }
  });

  it("one whose file has been deleted, or has expired", async () => {
    await store().put("files/deleted", Buffer.from("x"), { expiresAt: inAnHour() });
    await store().put("files/expired", Buffer.from("x"), { expiresAt: new Date(Date.now() + 300) });
    const [deleted, expired] = [csv("files/deleted"), csv("files/expired")];
    expect((await get(deleted)).status).toBe(200);
    await store().delete("files/deleted");
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect([(await get(deleted)).status, (await get(expired)).status]).toEqual([404, 404]);
  });

  it("and a store that is gone is told apart, as the caller may try again", async () => {
    const without = await serveStore(createUnavailableObjectStore("There is no store."));
    try {
      const response = await fetch(`${without.url}${csv()}`);
      expect([response.status, (await response.json()).code]).toEqual([503, "storage_unavailable"]);
      expect((await fetch(`${without.url}/execute/files/guessed/a.csv`)).status).toBe(404);
    } finally {
      await without.stop();
    }
  });
});

describe("a file", () => {
  it("needs no key, and is found without the prefix too", async () => {
    for (const path of [csv(), csv().replace("/execute", "")]) {
      const response = await get(path);
      expect([response.status, await response.text()]).toEqual([200, TEXT]);
    }
  });

  it("may do nothing in the name of the server's origin", async () => {
    const response = await get(csv());
    expect(Object.fromEntries(response.headers)).toMatchObject({
      "content-type": "text/csv",
      "content-length": "10",
      "accept-ranges": "bytes",
      "x-content-type-options": "nosniff",
      "content-security-policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:",
      "cross-origin-resource-policy": "cross-origin",
      "referrer-policy": "no-referrer",
      "access-control-allow-origin": "*",
    });
  });

  it("is kept by its reader alone, and no longer than its link is good", async () => {
    const cacheControl = header(await get(csv()), "cache-control") ?? "";
    const seconds = Number(/^private, max-age=(\d+)$/.exec(cacheControl)?.[1]);
    expect(seconds).toBeGreaterThan(3_000);
    expect(seconds).toBeLessThanOrEqual(3_601);
    const soon = linkTo({ k: "files/text", t: "text/csv" }, "a.csv", new Date(Date.now() + 60_000));
    const shorter = Number(/max-age=(\d+)/.exec(header(await get(soon), "cache-control") ?? "")?.[1]);
    expect(shorter).toBeLessThanOrEqual(61);
  });

  it("of some megabytes arrives as it was", async () => {
    const bytes = Buffer.from(await (await get(csv("files/large"))).arrayBuffer());
    expect(bytes.equals(Buffer.alloc(LARGE_BYTES, "large"))).toBe(true);
  });

  it("may be empty", async () => {
    const response = await get(csv("files/empty"));
    expect([response.status, header(response, "content-length"), await response.text()]).toEqual([
      200,
      "0",
      "",
    ]);
  });

  it("has the headers of GET and no body for HEAD", async () => {
    const [head, full] = await Promise.all([get(csv(), {}, "HEAD"), get(csv())]);
    expect([head.status, await head.text()]).toEqual([200, ""]);
    for (const name of ["content-length", "etag", "content-type", "accept-ranges", "content-disposition"]) {
      expect(header(head, name)).toBe(header(full, name));
    }
  });

  it("leaves its link out of the log", async () => {
    const link = csv();
    await get(link);
    expect(served().logs()).not.toContain(link.split("/")[3]);
  });
});

describe("Content-Disposition", () => {
  it.each([
    ["image/png", undefined, "inline"],
    ["image/svg+xml", undefined, "inline"],
    ["image/jpeg", "inline", "inline"],
    ["image/gif", undefined, "inline"],
    ["image/webp", undefined, "inline"],
    ["image/png", "attachment", "attachment"],
    ["text/html", undefined, "attachment"],
    ["text/html", "inline", "attachment"],
    ["application/xhtml+xml", "inline", "attachment"],
    ["text/xml", "inline", "attachment"],
    ["text/javascript", "inline", "attachment"],
    ["application/pdf", "inline", "attachment"],
    ["image/avif", "inline", "attachment"],
    ["IMAGE/PNG; x=y", "inline", "attachment"],
  ] as const)("of %s with the wish %s is %s", async (type, wish, expected) => {
    const token = { k: "files/text", t: type, ...(wish ? { d: wish } : {}) };
    expect(header(await get(linkTo(token)), "content-disposition")?.split(";")[0]).toBe(expected);
  });

  it.each([
    ["a.csv", `filename="a.csv"; filename*=UTF-8''a.csv`],
    ["folder/b/a%20b.csv", `filename="a b.csv"; filename*=UTF-8''a%20b.csv`],
    ["%C3%BCber.csv", `filename="_ber.csv"; filename*=UTF-8''%C3%BCber.csv`],
    ["%F0%9F%93%88.png", `filename="_.png"; filename*=UTF-8''%F0%9F%93%88.png`],
    ["a%22b%5Cc.csv", `filename="a_b_c.csv"; filename*=UTF-8''a%22b%5Cc.csv`],
    ["a%0D%0Ax-evil:%201", `filename="a__x-evil: 1"; filename*=UTF-8''a%0D%0Ax-evil%3A%201`],
    ["it's(1)*.csv", `filename="it's(1)*.csv"; filename*=UTF-8''it%27s%281%29%2A.csv`],
    ["a%2525.csv", `filename="a_25.csv"; filename*=UTF-8''a%2525.csv`],
  ])("names the file %s", async (name, expected) => {
    const response = await get(linkTo({ k: "files/text", t: "text/csv" }, name));
    expect(response.status).toBe(200);
    expect(header(response, "content-disposition")).toBe(`attachment; ${expected}`);
    expect(header(response, "x-evil")).toBeNull();
  });

  it("keeps the end of a name that is too long", async () => {
    const name = `${encodeURIComponent("ü").repeat(500)}.csv`;
    const disposition = header(
      await get(linkTo({ k: "files/text", t: "text/csv" }, name)),
      "content-disposition",
    );
    expect(disposition?.length).toBeLessThan(2_000);
    expect(disposition).toMatch(/\.csv$/);
  });

  it("never takes the type of a token over when it is none", async () => {
    const odd = linkTo({ k: "files/text", t: "text/html\r\nx-evil: 1" });
    const response = await get(odd);
    expect([header(response, "content-type"), header(response, "x-evil")]).toEqual([
      "application/octet-stream",
      null,
    ]);
  });
});
