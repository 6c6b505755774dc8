import { createServer, type RequestListener } from "node:http";
import { afterEach, describe, expect, it } from "@jest/globals";
import { type Sustained, sustain, toWindowMs } from "./sustain.ts";
import { TASKS } from "./tasks.ts";

const closings: (() => void)[] = [];
afterEach(() => {
  for (const close of closings.splice(0)) close();
});

/** What 4 clients make of a server within a time, half a second by default. */
async function sustainAgainst(listener: RequestListener, durationMs = 500): Promise<Sustained> {
  const server = createServer(listener);
  closings.push(() => server.close());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" ? address?.port : 0;
  const side = { url: `http://127.0.0.1:${port}`, headers: {} };
  return sustain(side, TASKS.slice(0, 1), { clients: 4, durationMs });
}

describe("a sustained load", () => {
  it("counts everything unexpected, and tells the first few", async () => {
    const load = await sustainAgainst((_, response) => response.writeHead(500).end("it broke"));
    expect(load).toMatchObject({ successes: 0, busy: 0 });
    expect(load.others).toBeGreaterThanOrEqual(4);
    expect(load.details).toHaveLength(Math.min(5, load.others));
    expect(load.details[0]).toContain("it broke");
  });

  it("counts connections that break", async () => {
    const load = await sustainAgainst((request) => request.socket.destroy());
    expect(load.others).toBeGreaterThanOrEqual(4);
    expect(load.details[0]).toMatch(/socket hang up|ECONNRESET/);
  });

  it("waits as an honest 503 says before it asks again", async () => {
    const load = await sustainAgainst((_, response) => response.writeHead(503, { "retry-after": "1" }).end());
    expect(load).toMatchObject({ successes: 0, busy: 4, others: 0 });
  });

  it("counts successes, and those that met a waiting sandbox", async () => {
    let asked = 0;
    const load = await sustainAgainst((_, response) => {
      asked += 1;
      const start = asked % 2 === 0 ? "warm" : "cold";
      response.end(JSON.stringify({ success: true, output: TASKS[0]?.output, engine: "cpython", start }));
    }, 3000);
    expect(load).toMatchObject({ successes: asked, warmStarts: Math.floor(asked / 2), busy: 0, others: 0 });
    expect(load.latenciesMs).toHaveLength(asked);
    expect(load.rates.whole).toBeGreaterThan(0);
  });
});

describe("the windows of a load", () => {
  it("are 10 s, and shorter when the load is", () => {
    expect(toWindowMs(60_000)).toBe(10_000);
    expect(toWindowMs(9_000)).toBe(3_000);
  });
});
