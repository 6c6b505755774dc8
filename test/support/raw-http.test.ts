import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { openRawConnection, sendRaw } from "./raw-http.ts";

let server: Server;
let url: string;

beforeEach(async () => {
  server = createServer((request, response) => {
    request.on("data", () => response.write("more\n"));
    request.on("end", () => response.end("done\n"));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(() => {
  server.closeAllConnections();
  server.close();
});

describe("a raw connection", () => {
  it("sends what no client sends and reads the refusal", async () => {
    expect(await sendRaw(url, "GET nothing\r\n\r\n")).toMatch(/^HTTP\/1\.1 400 /);
  });

  it("reads an answer while its own body has no end", async () => {
    const connection = await openRawConnection(url);
    await connection.write("POST / HTTP/1.1\r\nHost: here\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
    expect(await connection.readUntil(/more/)).toMatch(/^HTTP\/1\.1 200 /);
    expect(connection.isClosed).toBe(false);
    connection.destroy();
  });

  it("says what came instead when the awaited does not come", async () => {
    const connection = await openRawConnection(url);
    await connection.write("nonsense\r\n\r\n");
    await expect(connection.readUntil(/HTTP\/1\.1 200/)).rejects.toThrow("400 Bad Request");
    expect(connection.isClosed).toBe(true);
    connection.destroy();
  });
});
