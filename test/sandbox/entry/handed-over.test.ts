import { once } from "node:events";
import { type ClientHttp2Session, type ClientHttp2Stream, connect } from "node:http2";
import type { AddressInfo } from "node:net";
import { afterEach, expect, it } from "@jest/globals";
import { createOneRunServer, type OneRunServer } from "#sandbox/entry/create-one-run-server.ts";
import { CLAIM_HEADERS, RESULT_HEADERS } from "#sandbox/entry/exchange-headers.ts";
import { encodeProgramDocument, type ProgramDocument } from "#sandbox/entry/program-document.ts";
import { encodeResultDocument } from "#sandbox/entry/result-document.ts";
import { signUrl } from "#shared/google-cloud/sign-url.ts";
import { createLogger } from "#shared/observability/logger.ts";
import { type StorageStandIn, startStorageStandIn } from "../../support/google-cloud/storage-stand-in.ts";
import { waitUntil } from "../../support/wait-until.ts";
import { PROGRAM, RESULT, RUN_ID, readAll, toFile } from "./documents.fixture.ts";

const BUCKET = "exchange";
const KEY = { accessId: "GOOGSTANDIN", secret: "made-up-secret-of-the-stand-in" };

interface Called {
  readonly storage: StorageStandIn;
  readonly container: OneRunServer;
  readonly session: ClientHttp2Session;
  readonly stream: ClientHttp2Stream;
  /** Objects by their names. */
  objects(): Readonly<Record<string, string>>;
}

const open: Called[] = [];
afterEach(async () => {
  for (const { storage, container, session } of open.splice(0)) {
    session.destroy();
    container.server.close();
    await storage.close();
  }
});

const toResult = async () => encodeResultDocument(RUN_ID, { kind: "ran", result: RESULT }, []);

/** Sends a program whose run is handed over; the request stays open. */
async function call(
  run: (document: ProgramDocument, signal: AbortSignal) => Promise<AsyncIterable<Uint8Array>>,
  { files = PROGRAM.files, leftOut = 0 } = {},
): Promise<Called> {
  const access = { hmacKeys: { [KEY.accessId]: KEY.secret }, isTokenGood: () => false, now: Date.now };
  const storage = await startStorageStandIn({ buckets: [BUCKET], access });
  const sign = (method: "GET" | "PUT", object: string, headers = {}) =>
    signUrl({ method, bucket: BUCKET, object, headers, lifetimeSeconds: 60 }, { key: KEY, ...storage });
  const handOver = {
    claimUrl: sign("PUT", "claim", CLAIM_HEADERS),
    claimedUrl: sign("GET", "claim"),
    outUrl: sign("PUT", "result", RESULT_HEADERS),
  };
  const container = createOneRunServer({ run, logger: createLogger({}, () => undefined) });
  container.server.listen(0, "127.0.0.1");
  await once(container.server, "listening");
  const session = connect(`http://127.0.0.1:${(container.server.address() as AddressInfo).port}`);
  session.on("error", () => undefined);
  await once(session, "connect");
  const stream = session.request({ ":method": "POST", ":path": "/run" });
  stream.on("error", () => undefined);
  const program = { ...PROGRAM, files };
  const document = await readAll(encodeProgramDocument({ runId: RUN_ID, program, handOver }));
  stream.write(document.subarray(0, document.length - leftOut));
  // The container has read all of it when it answers a ping that came after it.
  await new Promise((resolve) => void session.ping(resolve));
  const objects = () =>
    Object.fromEntries(
      [...storage.bucket(BUCKET).objects].map(([key, { content }]) => [key, String(content)]),
    );
  const called = { storage, container, session, stream, objects };
  open.push(called);
  return called;
}

/** Reads as many bytes as are announced, and leaves the connection as it is. */
async function takeAnswer(stream: ClientHttp2Stream): Promise<string> {
  const [headers] = await once(stream, "response");
  let answer = "";
  stream.on("data", (piece: Buffer) => {
    answer += piece.toString();
  });
  await waitUntil(() => answer.length === Number(headers["x-result-bytes"]));
  return answer;
}

const KEPT = {
  claim: expect.stringContaining('"by":"container"'),
  result: expect.stringContaining('"1\\n"'),
};

it("a result that the caller says it has is not kept", async () => {
  const { stream, container, storage } = await call(toResult);
  expect(await takeAnswer(stream)).toContain('"1\\n"');
  stream.end(RUN_ID);
  await container.served;
  expect(storage.calls).toEqual([]);
});

it.each<[string, (called: Called) => unknown]>([
  ["says nothing", () => undefined],
  ["ends its request without a word", ({ stream }) => stream.end()],
  ["says another word", ({ stream }) => stream.end(`${RUN_ID}.`)],
  ["breaks the connection", ({ session }) => session.destroy()],
  ["resets the request without an error", ({ stream }) => stream.close(0)],
])("a result is kept whose caller %s", async (_what, leave) => {
  const called = await call(toResult);
  await takeAnswer(called.stream);
  leave(called);
  await called.container.served;
  expect(called.objects()).toEqual(KEPT);
});

it("a result is kept whose caller has ended its request before, and its answer goes out", async () => {
  const ready = Promise.withResolvers<void>();
  const { stream, container, objects } = await call(async () => {
    await ready.promise;
    return toResult();
  });
  stream.end();
  ready.resolve();
  expect(await takeAnswer(stream)).toContain('"1\\n"');
  await container.served;
  expect(objects()).toEqual(KEPT);
});

it("a program whose caller breaks the connection goes on, and is this container's at once", async () => {
  const ready = Promise.withResolvers<void>();
  const { session, container, objects } = await call(async () => {
    await ready.promise;
    return toResult();
  });
  session.destroy();
  await waitUntil(() => "claim" in objects());
  ready.resolve();
  await container.served;
  expect(objects()).toEqual(KEPT);
});

it.each<[string, boolean]>([
  ["while the caller is there", false],
  ["when the caller has gone", true],
])("a program that somebody else takes ends %s", async (_when, isGone) => {
  let signal: AbortSignal | null = null;
  const { session, container, storage, objects } = await call(async (_document, given) => {
    signal = given;
    await once(given, "abort");
    throw given.reason;
  });
  await waitUntil(() => signal !== null);
  if (isGone) session.destroy();
  if (isGone) await waitUntil(() => "claim" in objects());
  const claim = { content: Buffer.from('{"by":"function"}'), metadata: {}, customTime: "", contentType: "" };
  storage.bucket(BUCKET).put("claim", { ...claim, createdAtMs: Date.now() }, null);
  await container.served;
  expect(objects()).toEqual({ claim: '{"by":"function"}' });
});

it("a program that does not come whole leaves word that there is nothing to wait for", async () => {
  const files = [toFile("a", "12345")];
  const run = async ({ program }: ProgramDocument) => {
    for (const { content } of program.files) await readAll(content);
    return toResult();
  };
  const { session, container, objects } = await call(run, { files, leftOut: 2 });
  session.destroy();
  await container.served;
  expect(objects()["result"]).toContain('"sandbox_unavailable"');
});
