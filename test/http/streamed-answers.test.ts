import { once } from "node:events";
import { request as httpRequest, type IncomingMessage } from "node:http";
import { afterEach, describe, expect, it } from "@jest/globals";
import { toStreamRoute } from "#shared/http/route.ts";
import { toWebStream } from "#shared/http/to-web-stream.ts";
import { openRawConnection } from "../support/raw-http.ts";
import { waitUntil } from "../support/wait-until.ts";
import {
  compileParameters,
  createOperation,
  type ServedRoutes,
  serveRoutes,
} from "./serve-routes.fixture.ts";

const CHUNK_BYTES = 64 * 1024;
const CHUNK = new Uint8Array(CHUNK_BYTES).fill(97);

/** A source of chunks that knows what became of it. */
interface Source extends AsyncIterable<Uint8Array> {
  given: number;
  isLeft: boolean;
}

/** Gives `count` chunks, then does what `then` does. */
function createSource(count: number, then: () => Promise<void> = async () => undefined): Source {
  const source: Source = {
    given: 0,
    isLeft: false,
    async *[Symbol.asyncIterator]() {
      try {
        for (; source.given < count; source.given += 1) yield CHUNK;
        await then();
      } finally {
        source.isLeft = true;
      }
    },
  };
  return source;
}

const forever = () => new Promise<void>(() => undefined);

let served: ServedRoutes | undefined;
afterEach(async () => {
  await served?.stop();
  served = undefined;
});

/** Serves a source at /execute/x as `length` bytes; without a length when it is null. */
async function serve(source: Source, length: number | null, deadlineMs = 60_000): Promise<ServedRoutes> {
  const operation = createOperation({ path: "/execute/x", deadlineMs });
  const headers = new Headers({ "content-type": "text/plain" });
  if (length !== null) headers.set("content-length", String(length));
  const route = toStreamRoute(
    operation,
    compileParameters<object>(operation),
    async () => new Response(toWebStream(source), { headers }),
  );
  served = await serveRoutes([route]);
  return served;
}

/** Asks, and reads nothing of the body. */
async function open(url: string): Promise<IncomingMessage> {
  const sent = httpRequest(`${url}/execute/x`, { agent: false });
  sent.end();
  const [response] = await once(sent, "response");
  response.on("error", () => undefined);
  return response;
}

/** Everything that comes on a connection that is asked to close. */
async function receive(url: string, method = "GET"): Promise<string> {
  const connection = await openRawConnection(url);
  await connection.write(`${method} /execute/x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
  return connection.readToEnd();
}

const bodyOf = (message: string): string => message.slice(message.indexOf("\r\n\r\n") + 4);

describe("a streamed answer", () => {
  it("arrives whole, with its length, and its source is left", async () => {
    const source = createSource(100);
    const { url } = await serve(source, 100 * CHUNK_BYTES);
    const response = await fetch(`${url}/execute/x`);
    expect([response.status, response.headers.get("content-length")]).toEqual([
      200,
      String(100 * CHUNK_BYTES),
    ]);
    expect((await response.arrayBuffer()).byteLength).toBe(100 * CHUNK_BYTES);
    expect(source.isLeft).toBe(true);
  });

  it("may be empty", async () => {
    const { url } = await serve(createSource(0), 0);
    expect(await receive(url)).toMatch(/^HTTP\/1\.1 200 OK\r\n.*content-length: 0\r\n.*\r\n\r\n$/is);
  });

  it("is read no faster than the caller reads, and goes on when the caller does", async () => {
    const source = createSource(4_000);
    const { url } = await serve(source, 4_000 * CHUNK_BYTES);
    const response = await open(url);
    let before = -1;
    // The buffers of both sides fill up, then nothing moves any more.
    for (let still = 0; still < 10; ) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      still = source.given === before ? still + 1 : 0;
      before = source.given;
    }
    expect(source.given).toBeLessThan(2_000);
    expect(source.isLeft).toBe(false);
    let bytes = 0;
    for await (const chunk of response) bytes += chunk.byteLength;
    expect(bytes).toBe(4_000 * CHUNK_BYTES);
  });

  it("ends its source when the caller leaves", async () => {
    const source = createSource(100_000);
    const { url } = await serve(source, 100_000 * CHUNK_BYTES);
    const response = await open(url);
    await waitUntil(() => source.given > 1);
    expect(source.isLeft).toBe(false);
    response.destroy();
    await waitUntil(() => source.isLeft);
    expect(source.given).toBeLessThan(100_000);
  });

  it("has no body for HEAD, and its source is not read", async () => {
    const source = createSource(3);
    const { url } = await serve(source, 3 * CHUNK_BYTES);
    const answer = await receive(url, "HEAD");
    expect(answer).toMatch(new RegExp(`content-length: ${3 * CHUNK_BYTES}\r\n`, "i"));
    expect([bodyOf(answer), source.given]).toEqual(["", 0]);
  });
});

describe("a streamed answer that cannot be whole is cut, so that its reader knows", () => {
  const failing = async () => {
    throw new Error("the disk is gone");
  };

  it.each([
    ["whose source fails", createSource(2, failing), 3, "the disk is gone"],
    ["whose source is too short", createSource(2), 3, `only ${2 * CHUNK_BYTES} of ${3 * CHUNK_BYTES} bytes`],
    ["whose source is too long", createSource(3), 2, `at least ${3 * CHUNK_BYTES} of ${2 * CHUNK_BYTES}`],
    ["whose source fails at once", createSource(0, failing), 1, "the disk is gone"],
  ])("one %s", async (_name, source, chunks, logged) => {
    const { url, logs } = await serve(source, chunks * CHUNK_BYTES);
    const read = fetch(`${url}/execute/x`).then((response) => response.arrayBuffer());
    await expect(read).rejects.toThrow();
    await waitUntil(() => source.isLeft && logs().includes(logged));
  });

  it("one that is not at its end by the operation's deadline", async () => {
    const source = createSource(2, forever);
    const { url, logs } = await serve(source, 3 * CHUNK_BYTES, 500);
    const response = await fetch(`${url}/execute/x`);
    expect(response.status).toBe(200);
    await expect(response.arrayBuffer()).rejects.toThrow();
    await waitUntil(() => logs().includes("An answer was cut in its middle."));
  });

  it("and the server answers the next", async () => {
    const { url } = await serve(createSource(2), 3 * CHUNK_BYTES);
    await fetch(`${url}/execute/x`).then(
      (response) => response.arrayBuffer().catch(() => undefined),
      () => undefined,
    );
    expect((await fetch(`${url}/nothing`)).status).toBe(404);
  });
});

it("an answer without a length is collected and gets one", async () => {
  const { url } = await serve(createSource(2), null);
  const response = await fetch(`${url}/execute/x`);
  expect(response.headers.get("content-length")).toBe(String(2 * CHUNK_BYTES));
});
