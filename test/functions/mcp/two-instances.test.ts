import { createServer, request as httpRequest, type Server } from "node:http";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { describeFull } from "../../support/capabilities.ts";
import { findFreePort } from "../../support/free-port.ts";
import { type RunningServer, startServer } from "../../support/start-server.ts";
import { NONE_WAIT } from "../execute/serve-programs.fixture.ts";
import { connect, LIBRARIES } from "./connect.ts";

const KEY = "codex_a-key-of-both-instances";

/** Each library's client makes so many. */
const CALLS = 400;

const TIMEOUT_MS = 300_000;

describeFull([], "two instances behind a proxy that takes turns", () => {
  let ports: readonly [number, number];
  let first: RunningServer;
  let second: RunningServer;
  let proxy: Server;
  let url: string;

  const start = (port: number) =>
    startServer({
      ...NONE_WAIT,
      PORT: String(port),
      CODEX_API_TOKEN: KEY,
      EXECUTE_RATE_PER_MINUTE: "0",
      QUERY_RATE_PER_MINUTE: "0",
    });

  beforeAll(async () => {
    ports = [await findFreePort(), await findFreePort()];
    [first, second] = await Promise.all([start(ports[0]), start(ports[1])]);
    proxy = takeTurns(ports);
    await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
    const address = proxy.address();
    url = `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
  }, TIMEOUT_MS);
  afterAll(async () => {
    proxy?.closeAllConnections();
    proxy?.close();
    await Promise.all([first?.stop(), second?.stop()]);
  }, TIMEOUT_MS);

  it(
    "serve one client of each library without an error while one of them starts anew",
    async () => {
      const restart = async () => {
        await second.stop();
        second = await start(ports[1]);
      };
      let restarted: Promise<void> | undefined;
      await Promise.all(
        LIBRARIES.map(async (library) => {
          const client = await connect(library, `${url}/mcp`, KEY);
          for (let call = 0; call < CALLS; call += 1) {
            if (call === CALLS / 2) restarted ??= restart();
            // The last calls come after the new start.
            if (call === CALLS - 4) await restarted;
            const result = await client.call("list_datasets");
            expect(result.structuredContent).toMatchObject({ datasets: expect.any(Array) });
          }
          await client.close();
        }),
      );
    },
    TIMEOUT_MS,
  );
});

/** Sends requests to the ports in turn; to the other one where nobody listens, as load balancers do. */
function takeTurns([one, other]: readonly [number, number]): Server {
  let turn = 0;
  return createServer((request, response) => {
    turn += 1;
    const order = turn % 2 === 0 ? [one, other] : [other, one];
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => send(order, Buffer.concat(chunks)));

    function send([port, ...rest]: readonly (number | undefined)[], body: Buffer): void {
      const { method = "GET", url: path = "/", headers } = request;
      const onward = httpRequest(
        { host: "127.0.0.1", port, method, path, headers, agent: false },
        (answer) => {
          response.writeHead(answer.statusCode ?? 500, answer.headers);
          answer.pipe(response);
        },
      );
      onward.on("error", (error: Error & { code?: string }) => {
        if (error.code === "ECONNREFUSED" && rest.length > 0) send(rest, body);
        else response.destroy();
      });
      response.on("close", () => onward.destroy());
      onward.end(body);
    }
  });
}
