import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { ObjectStore } from "#shared/object-store/object-store.ts";
import { createFolderObjectStore } from "#shared/object-store/object-store-folder.ts";
import { createLogger } from "#shared/observability/logger.ts";
import { createSigner } from "#shared/signing/create-signer.ts";
import { ask } from "../support/post.ts";
import { openRawConnection } from "../support/raw-http.ts";
import { type RunningServer, startServer } from "../support/start-server.ts";

const SIGNING_KEY = "a-signing-key-of-a-test-that-is-long-enough";
const CONTENT = Buffer.alloc(5 * 1024 * 1024 + 3, "content");
const NO_KEY = { authorization: "" };

let server: RunningServer;
let store: ObjectStore;
let link: string;

beforeAll(async () => {
  server = await startServer({ SIGNING_KEY });
  const folder = join(server.dataFolder, "files");
  const logger = createLogger({}, () => undefined);
  store = await createFolderObjectStore({ folder, maxBytes: 64 * 1024 * 1024, logger });
  const expiresAt = new Date(Date.now() + 3_600_000);
  await store.put("test/file", CONTENT, { expiresAt });
  const signer = createSigner({ keys: [SIGNING_KEY], purpose: "file" });
  link = `/files/${signer.sign({ k: "test/file", t: "text/csv" }, expiresAt)}/folder/a%20table.csv`;
});
afterAll(async () => {
  await store.close();
  await server.stop();
});

describe("a link to a file, through the whole server", () => {
  it("sends the file without a key, under both paths", async () => {
    for (const path of [link, `/execute${link}`]) {
      const response = await server.request(path, { headers: NO_KEY });
      const bytes = Buffer.from(await response.arrayBuffer());
      expect([response.status, bytes.equals(CONTENT)]).toEqual([200, true]);
      expect(response.headers.get("content-disposition")).toContain("a%20table.csv");
    }
  });

  it("sends a range, and the headers alone", async () => {
    const part = await server.request(link, { headers: { ...NO_KEY, range: "bytes=-3" } });
    expect([part.status, await part.text()]).toEqual([206, CONTENT.subarray(-3).toString()]);
    const head = await server.request(link, { method: "HEAD", headers: NO_KEY });
    expect(head.headers.get("content-length")).toBe(String(CONTENT.byteLength));
  });

  it("sends one after another on one connection", async () => {
    const connection = await openRawConnection(server.url);
    const ask3 = `GET ${link} HTTP/1.1\r\nHost: x\r\nRange: bytes=0-2\r\n\r\n`;
    await connection.write(ask3 + ask3 + ask3.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n"));
    expect((await connection.readToEnd()).match(/\r\n\r\ncon/g)).toHaveLength(3);
  });

  it("is 404 when it was changed, 405 for what changes files, and never in the log", async () => {
    const changed = link.replace("/files/", "/files/A");
    const { status, body } = await ask(server, changed, { headers: NO_KEY });
    expect([status, body.code]).toEqual([404, "not_found"]);
    const deleted = await ask(server, link, { method: "DELETE" });
    expect([deleted.status, deleted.headers.get("allow")]).toEqual([405, "GET, HEAD, OPTIONS"]);
    expect(server.logs()).not.toContain(link.split("/")[2]);
  });
});
