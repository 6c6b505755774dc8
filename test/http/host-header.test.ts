import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { openRawConnection } from "../support/raw-http.ts";
import { type RunningServer, startServer } from "../support/start-server.ts";

let local: RunningServer;
let named: RunningServer;
beforeAll(async () => {
  [local, named] = await Promise.all([
    startServer(),
    startServer({ PUBLIC_BASE_URL: "https://tools.example" }),
  ]);
});
afterAll(() => Promise.all([local.stop(), named.stop()]));

/** The one server that the OpenAPI document names when asked under a Host header. */
async function serverNamed(server: RunningServer, host: string): Promise<string> {
  const connection = await openRawConnection(server.url);
  await connection.write(`GET /openapi.json HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
  const answer = await connection.readToEnd();
  return JSON.parse(answer.slice(answer.indexOf("\r\n\r\n") + 4)).servers[0].url;
}

describe("the address that answers name", () => {
  it("is the Host header on a loopback address", async () => {
    expect(await serverNamed(local, "localhost:8080")).toBe("http://localhost:8080");
  });

  it.each(["evil.example", "127.0.0.1.evil.example", "localhost:80@evil.example", "localhost:80/evil"])(
    "is never the foreign Host %s",
    async (host) => {
      expect(await serverNamed(local, host)).toBe(local.url);
    },
  );

  it("is PUBLIC_BASE_URL wherever it is set", async () => {
    expect(await serverNamed(named, "evil.example")).toBe("https://tools.example");
  });
});
