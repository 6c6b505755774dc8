import { once } from "node:events";
import { type ClientHttp2Session, connect, constants } from "node:http2";
import { afterEach, describe, expect, it } from "@jest/globals";
import { encodeProgramDocument } from "#sandbox/entry/program-document.ts";
import { describeWith } from "../../support/capabilities.ts";
import { type RunningProcess, startProcess } from "../../support/start-process.ts";
import { waitUntil } from "../../support/wait-until.ts";
import { countProcesses, sleepMarked } from "../sandbox.fixture.ts";
import { inPieces, PROGRAM, RUN_ID, readAll } from "./documents.fixture.ts";

const NOTHING_WAITS = Object.fromEntries(
  ["PYTHON", "DATA", "JAVASCRIPT", "NODE"].map((kind) => [`SANDBOX_WARM_${kind}`, "0"]),
);

let container: RunningProcess | null = null;
afterEach(async () => {
  await container?.stop("SIGKILL");
  container = null;
});

async function start(environment: Readonly<Record<string, string>> = {}): Promise<RunningProcess> {
  container = await startProcess({
    command: [process.execPath, "sandbox/entry/service.ts"],
    cwd: new URL("../../..", import.meta.url).pathname,
    environment: { HOST: "127.0.0.1", PORT: "0", ...NOTHING_WAITS, ...environment },
    ready: /"port":(\d+)/,
  });
  return container;
}

/** Sends a body, and reads the answer. */
async function post({ ready }: RunningProcess, body: Buffer, headers: Readonly<Record<string, string>> = {}) {
  const session = connect(`http://127.0.0.1:${ready[1]}`);
  try {
    const stream = session.request({ ":method": "POST", ":path": "/run", ...headers });
    stream.end(body);
    const [answer] = await once(stream, "response");
    const content = (await readAll(stream)).toString();
    return { status: answer[":status"], notStarted: answer["x-not-started"], content };
  } finally {
    session.destroy();
  }
}

/** Asks on a connection that was open before. @returns how it was answered, or how the stream ended */
async function askAgain(session: ClientHttp2Session): Promise<string> {
  const stream = session.request({ ":method": "POST", ":path": "/run" }, { endStream: true });
  stream.on("error", () => undefined).resume();
  let answer = "";
  stream.once("response", (headers) => {
    answer = `${headers[":status"]} ${headers["x-not-started"]}`;
  });
  await new Promise((resolve) => void stream.once("close", resolve));
  if (answer !== "") return answer;
  return stream.rstCode === constants.NGHTTP2_REFUSED_STREAM
    ? "refused"
    : `broken off with ${stream.rstCode}`;
}

const toDocument = (code: string) =>
  readAll(encodeProgramDocument({ runId: RUN_ID, program: { ...PROGRAM, code } }));

describe("the service's entry", () => {
  it("ends when it is told to before it has a program", async () => {
    expect(await (await start()).stop()).toBe(0);
  });

  it("does not understand anything but programs, and stays for one", async () => {
    const service = await start();
    expect(await post(service, Buffer.of(), { ":method": "PUT" })).toMatchObject({ status: 404 });
    expect(await post(service, Buffer.of(), { ":path": "/" })).toMatchObject({ status: 404 });
    expect(await service.stop()).toBe(0);
  });

  it("refuses what is no program's document, and ends: somebody has reached it who may not", async () => {
    const service = await start();
    expect(await post(service, Buffer.from("hello\n"))).toMatchObject({ status: 400, content: "" });
    expect(await service.ended).toBe(0);
  });

  it("says which setting is wrong", async () => {
    await expect(start({ PORT: "http" })).rejects.toThrow(/Wrong settings: PORT must be a whole number/);
  });
});

describeWith("sandbox", "the service's entry with a program", () => {
  it("runs it, refuses every other one, and ends", async () => {
    const service = await start();
    const first = post(service, await toDocument("import time\ntime.sleep(2)\nprint('first')"));
    let second = await post(service, await toDocument("print('second')"));
    // Which of both comes first is chance.
    const isFirst = second.status === 200;
    if (isFirst) second = await first;
    expect(second).toEqual({ status: 503, notStarted: "1", content: "" });
    if (!isFirst) expect((await first).content).toContain('"stdout":"first\\n"');
    expect(await service.ended).toBe(0);
    expect(service.output()).not.toContain("first");
  });

  it("finishes it when it is told to end, and takes no other", async () => {
    const service = await start();
    const mark = `service-${process.pid}-${Date.now()}`;
    const running = post(service, await toDocument(`${sleepMarked(mark, 2)}\nprint('done')`));
    await waitUntil(() => countProcesses(mark) > 0);
    process.kill(service.pid, "SIGTERM");
    expect((await running).content).toContain('"stdout":"done\\n"');
    expect(await service.ended).toBe(0);
  });

  it("tells whoever comes while it ends that nothing was done, to its last moment", async () => {
    const service = await start();
    const session = connect(`http://127.0.0.1:${service.ready[1]}`);
    session.on("error", () => undefined);
    expect((await post(service, await toDocument("print(1)"))).status).toBe(200);
    const answers = new Set<string>();
    for (let asked = 0; !session.closed && asked < 100_000; asked += 1) answers.add(await askAgain(session));
    expect(await service.ended).toBe(0);
    expect([...answers].filter((answer) => !["503 1", "refused"].includes(answer))).toEqual([]);
    expect(answers).toContain("503 1");
  });

  it("ends with a caller who leaves before all of it has come", async () => {
    const service = await start();
    const session = connect(`http://127.0.0.1:${service.ready[1]}`);
    await once(session, "connect");
    const stream = session.request({ ":method": "POST", ":path": "/run" });
    stream.on("error", () => undefined);
    for await (const piece of inPieces((await toDocument("print(1)")).subarray(0, 40), 10))
      stream.write(piece);
    // The service has read all of it when it answers a ping that came after it.
    await new Promise<void>((resolve, reject) => {
      session.ping((error) => (error === null ? resolve() : reject(error)));
    });
    session.destroy();
    expect(await service.ended).toBe(0);
    await waitUntil(() => service.output().includes("A program was not answered"));
  });
});
