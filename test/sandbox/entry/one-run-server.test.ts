import { once } from "node:events";
import { type ClientHttp2Session, connect, type ServerHttp2Session } from "node:http2";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "@jest/globals";
import { createOneRunServer } from "#sandbox/entry/create-one-run-server.ts";
import { createLogger } from "#shared/observability/logger.ts";

const ROUNDS = 20;
const CALLERS = 5;
const noResult = async () => (async function* () {})();

/** Asks for what there is not, and hangs up when it is answered or refused, or a little later. */
function askAndHangUp(port: number, afterMs: number): ClientHttp2Session {
  const session = connect(`http://127.0.0.1:${port}`).on("error", () => undefined);
  const stream = session.request({ ":method": "PUT", ":path": "/run" }, { endStream: true });
  stream.on("error", () => undefined).resume();
  stream.once("close", () => setTimeout(() => session.destroy(), afterMs));
  return session;
}

it("the server of one program closes while callers hang up, whatever comes first", async () => {
  for (let round = 0; round < ROUNDS; round += 1) {
    const { server, refuse, close } = createOneRunServer({
      logger: createLogger({}, () => undefined),
      run: noResult,
    });
    const served = new Set<ServerHttp2Session>();
    server.on("session", (session) => served.add(session));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const sessions = Array.from({ length: CALLERS }, (_, caller) => askAndHangUp(port, caller));
    await sleep(6 + (round % 6));
    expect(refuse()).toBe(true);
    await close();
    for (const session of [...sessions, ...served]) session.destroy();
  }
});
