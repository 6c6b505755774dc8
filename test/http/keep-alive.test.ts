import { expect, it } from "@jest/globals";
import { startServer } from "../support/start-server.ts";

it("keeps a connection for longer than a proxy uses it again", async () => {
  const server = await startServer();
  try {
    const { headers } = await server.request("/health");
    const [, seconds] = /timeout=(\d+)/.exec(headers.get("keep-alive") ?? "") ?? [];
    expect(Number(seconds)).toBeGreaterThan(60);
  } finally {
    await server.stop();
  }
});
