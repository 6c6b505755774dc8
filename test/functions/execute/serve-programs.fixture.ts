import { afterAll, beforeAll, jest } from "@jest/globals";
import { type Answer, post } from "../../support/post.ts";
import { type RunningServer, startServer } from "../../support/start-server.ts";

/** Asks the server of a file's tests. */
export interface ServedPrograms {
  /** There while tests run. */
  server(): RunningServer;
  /** The whole answer to a request to run a program. */
  send(request: object): Promise<Answer>;
  /** The body of the answer to a Python program. */
  python(code: string, more?: object): Promise<Answer["body"]>;
  javascript(code: string, more?: object): Promise<Answer["body"]>;
}

/** Few sandboxes wait, and none with the libraries for data: machines that test have more to do. */
const FEW_WAIT = {
  SANDBOX_WARM_PYTHON: "1",
  SANDBOX_WARM_DATA: "0",
  SANDBOX_WARM_JAVASCRIPT: "1",
  SANDBOX_WARM_NODE: "1",
};

/** Makes every start a cold one. */
export const NONE_WAIT = {
  SANDBOX_WARM_PYTHON: "0",
  SANDBOX_WARM_DATA: "0",
  SANDBOX_WARM_JAVASCRIPT: "0",
  SANDBOX_WARM_NODE: "0",
};

/** A program may take 30 s, and this machine may have much else to do. */
const TEST_TIMEOUT_MS = 120_000;

/** Starts a server before the tests around the call and stops it after them. */
export function servePrograms(environment: Readonly<Record<string, string>> = {}): ServedPrograms {
  jest.setTimeout(TEST_TIMEOUT_MS);
  let running: RunningServer | undefined;
  beforeAll(async () => {
    running = await startServer({ EXECUTE_RATE_PER_MINUTE: "0", ...FEW_WAIT, ...environment });
  });
  afterAll(() => running?.stop());

  function server(): RunningServer {
    if (running === undefined) throw new Error("The server runs only while tests do.");
    return running;
  }
  const send = (request: object) => post(server(), "/execute", request);
  return {
    server,
    send,
    python: async (code, more = {}) => (await send({ code, ...more })).body,
    javascript: async (code, more = {}) => (await send({ code, language: "javascript", ...more })).body,
  };
}

/**
 * Repeats a run until it is answered from a sandbox that waited for it: on a busy machine the next one may take a moment.
 * @throws Error when none is within about 20 s
 */
export async function untilWarm(run: () => Promise<Answer["body"]>): Promise<Answer["body"]> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const body = await run();
    if (body.start === "warm") return body;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error("Every start was a cold one.");
}
