import { readFileSync } from "node:fs";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { ask, post } from "../support/post.ts";
import { openRawConnection } from "../support/raw-http.ts";
import { type RunningServer, startServer } from "../support/start-server.ts";

let server: RunningServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

const headersOf = (more: string, path = "/execute") =>
  `POST ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${server.key}\r\nContent-Type: application/json\r\n${more}\r\n\r\n`;

const memoryMegabytes = () =>
  Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${server.pid}/status`, "utf8"))?.[1]) / 1024;

describe("413: more than the operation takes", () => {
  it("refuses 2 MiB of SQL by its length, before it is read", async () => {
    const { status, body } = await post(server, "/query", { sql: "#".repeat(2 * 1024 * 1024) });
    expect([status, body.code]).toEqual([413, "body_too_large"]);
  });

  it("refuses a program with 29 MiB of files by its length, before it is read", async () => {
    const connection = await openRawConnection(server.url);
    await connection.write(headersOf(`Content-Length: ${29 * 1024 * 1024}`));
    expect(await connection.readUntil(/body_too_large/)).toMatch(/^HTTP\/1\.1 413 /);
    connection.destroy();
  });

  it("refuses a chunked body as soon as it is too long", async () => {
    const connection = await openRawConnection(server.url);
    await connection.write(headersOf("Transfer-Encoding: chunked", "/query"));
    const chunk = "a".repeat(64 * 1024);
    for (let sent = 0; sent < 20; sent += 1)
      await connection.write(`${chunk.length.toString(16)}\r\n${chunk}\r\n`);
    expect(await connection.readUntil(/body_too_large/)).toMatch(/^HTTP\/1\.1 413 /);
    connection.destroy();
  });
});

describe("415: a body that is not plain JSON", () => {
  it.each(["gzip", "br", "deflate", "zstd", "GZIP", "gzip, gzip"])(
    "inflates nothing: Content-Encoding %s",
    async (encoding) => {
      const { status, body } = await post(server, "/execute", "x", { "content-encoding": encoding });
      expect([status, body.code]).toEqual([415, "unsupported_encoding"]);
    },
  );

  it("spends no memory on a gzip bomb", async () => {
    const before = memoryMegabytes();
    // Beside the event loop: the client has to see it when the server closes an idle connection meanwhile.
    const bomb = await promisify(gzip)(Buffer.alloc(500 * 1024 * 1024));
    const { status } = await post(server, "/execute", bomb, { "content-encoding": "gzip" });
    expect(status).toBe(415);
    expect(memoryMegabytes() - before).toBeLessThan(100);
  });

  it.each([
    "text/plain",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "application/jsonp",
  ])("does not guess at %s", async (type) => {
    const { status, body } = await post(server, "/execute", '{"code":"1"}', { "content-type": type });
    expect([status, body.code]).toEqual([415, "unsupported_media_type"]);
  });

  it("ignores a charset parameter, even a wrong one: JSON is UTF-8", async () => {
    const { body } = await post(server, "/execute", "{", {
      "content-type": "application/json; charset=latin1",
    });
    expect(body.code).toBe("malformed_json");
  });
});

describe("408: a body that does not come", () => {
  it("gives up on a chunked body without end and cuts the connection", async () => {
    const connection = await openRawConnection(server.url);
    await connection.write(headersOf("Transfer-Encoding: chunked", "/query"));
    await connection.write('5\r\n{"cod\r\n');
    expect(await connection.readToEnd()).toMatch(/^HTTP\/1\.1 408 .*"code":"request_timeout"/s);
    expect(connection.isClosed).toBe(true);
  });
});

describe("431 and 400: what is not HTTP", () => {
  it("answers 64 kB of headers in our JSON", async () => {
    const connection = await openRawConnection(server.url);
    await connection.write(`GET /health HTTP/1.1\r\nHost: x\r\nX-Long: ${"a".repeat(64 * 1024)}\r\n\r\n`);
    expect(await connection.readToEnd()).toMatch(/^HTTP\/1\.1 431 .*"code":"headers_too_large"/s);
  });

  it.each([
    "NONSENSE\r\n\r\n",
    "GET / HTTP/1.1\r\nBad Header\r\n\r\n",
    "POST /execute HTTP/1.1\r\nHost: x\r\nContent-Length: x\r\n\r\n",
    "POST /execute HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n",
  ])("answers %j in our JSON and closes", async (text) => {
    const connection = await openRawConnection(server.url);
    await connection.write(text);
    expect(await connection.readToEnd()).toMatch(/^HTTP\/1\.1 400 .*"code":"malformed_request"/s);
  });

  it("still serves the next caller", async () => {
    expect((await ask(server, "/health")).status).toBe(200);
  });
});
