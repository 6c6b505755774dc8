import type { ServerResponse } from "node:http";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { createFileFetcher } from "#functions/execute/input-files/create-file-fetcher.ts";
import { createLogger } from "#shared/observability/logger.ts";
import { waitUntil } from "../../../support/wait-until.ts";
import { failureOf } from "./failure-of.ts";
import { type FileHost, lookupOf, PUBLIC_ADDRESS, startFileHost } from "./file-host.ts";

const LIMIT_BYTES = 10 * 1024 * 1024;
const ZEROS = Buffer.alloc(64 * 1024);

/** Writes until the other side has enough. */
function writeForEver(response: ServerResponse, chunk: Buffer, pauseMs: number): void {
  const timer = setInterval(() => response.write(chunk), pauseMs);
  response.once("close", () => clearInterval(timer));
}

/** Writes as fast as it is taken. */
function pour(response: ServerResponse): void {
  while (!response.destroyed && response.write(ZEROS));
  if (!response.destroyed) response.once("drain", () => pour(response));
}

const ANSWERS: Readonly<Record<string, (response: ServerResponse) => void>> = {
  "/file": (response) => response.end("a,b\n1,2\n"),
  "/empty": (response) => response.end(),
  "/announced": (response) => response.writeHead(200, { "content-length": 8 }).end("a,b\n1,2\n"),
  "/identity": (response) => response.writeHead(200, { "content-encoding": "identity" }).end("plain"),
  "/largest": (response) => response.end(Buffer.alloc(LIMIT_BYTES, 7)),
  "/byte-by-byte": (response) => {
    let left = 300;
    const timer = setInterval(() => {
      left -= 1;
      if (left > 0) {
        response.write("x");
        return;
      }
      clearInterval(timer);
      response.end("x");
    }, 1);
  },
  "/404": (response) => response.writeHead(404).end("not here"),
  "/403": (response) => response.writeHead(403).end("link expired"),
  "/500": (response) => response.writeHead(500).end(),
  "/204": (response) => response.writeHead(204).end(),
  "/206": (response) => response.writeHead(206, { "content-range": "bytes 0-0/9" }).end("a"),
  "/304": (response) => response.writeHead(304).end(),
  "/redirect-to-nowhere": (response) => response.writeHead(302).end(),
  "/upgrade": (response) => {
    response.socket?.end("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n");
  },
  "/gzip": (response) => response.writeHead(200, { "content-encoding": "gzip" }).end("\u001f"),
  "/br": (response) => response.writeHead(200, { "content-encoding": "BR" }).end("x"),
  "/login": (response) => response.writeHead(200, { "content-type": "Text/HTML; charset=utf-8" }).end("<p>"),
  "/xhtml": (response) => response.writeHead(200, { "content-type": "application/xhtml+xml" }).end("<p/>"),
  "/announces-too-much": (response) => {
    response.writeHead(200, { "content-length": LIMIT_BYTES + 1 }).write("x");
  },
  "/announces-absurdly-much": (response) => {
    response.writeHead(200, { "content-length": "99999999999999999999" }).write("x");
  },
  "/one-byte-too-much": (response) => {
    response.write(Buffer.alloc(LIMIT_BYTES));
    response.end("x");
  },
  "/endless": pour,
  "/endless-404": (response) => pour(response.writeHead(404)),
  "/endless-redirect": (response) => pour(response.writeHead(302, { location: "https://127.0.0.1/" })),
  "/shorter-than-announced": (response) => {
    response.writeHead(200, { "content-length": 100 }).write("short", () => response.socket?.end());
  },
  "/cut-chunks": (response) => response.write("short", () => response.socket?.destroy()),
  "/longer-than-announced": (response) => {
    response.socket?.end("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nshort and more");
  },
  "/two-lengths": (response) => {
    response.socket?.end("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nshorty");
  },
  "/length-and-chunks": (response) => {
    response.socket?.end(
      "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nshort\r\n0\r\n\r\n",
    );
  },
  "/no-http": (response) => response.socket?.end("SSH-2.0-OpenSSH_9.6\r\n"),
  "/huge-head": (response) => response.socket?.end(`HTTP/1.1 200 OK\r\nX: ${"x".repeat(100_000)}\r\n\r\n`),
  "/hangs-up": (response) => response.socket?.destroy(),
  "/silent": () => undefined,
  "/silent-after-head": (response) => response.flushHeaders(),
  "/silent-within": (response) => response.writeHead(200, { "content-length": 100 }).write("some"),
  "/drips": (response) => writeForEver(response, Buffer.from("x"), 20),
  "/drips-hints": (response) => {
    const timer = setInterval(() => response.socket?.write("HTTP/1.1 103 Early Hints\r\n\r\n"), 20);
    response.socket?.once("close", () => clearInterval(timer));
  },
};

let host: FileHost;
const logged: string[] = [];
const logger = createLogger({}, (line) => logged.push(line));
const never = new AbortController().signal;

beforeAll(async () => {
  host = await startFileHost((request, response) => {
    ANSWERS[request.url?.split("?")[0] ?? ""]?.(response);
  });
});

afterAll(() => host.close());

function fetchPath(
  path: string,
  { name = "files.example.com", expectsHtml = false, signal = never, times = {} } = {},
) {
  const lookup = lookupOf({ [name]: [[PUBLIC_ADDRESS]] });
  const fetcher = createFileFetcher({ allowedHosts: ["*"], logger, lookup, connect: host.connect, ...times });
  return fetcher.fetch({ label: 'The file "a.csv"', url: `https://${name}${path}`, expectsHtml }, { signal });
}

describe("an answer that is no file is refused, with a sentence that tells nothing of the inside", () => {
  it.each([
    ["/404", "HTTP status 404"],
    ["/403", "HTTP status 403. Links expire: get a new one"],
    ["/500", "HTTP status 500"],
    ["/204", "HTTP status 204"],
    ["/206", "HTTP status 206"],
    ["/304", "HTTP status 304"],
    ["/redirect-to-nowhere", "HTTP status 302"],
    ["/upgrade", "could not be reached"],
    ["/gzip", "compressed form"],
    ["/br", "compressed form"],
    ["/login", "web page instead of the file"],
    ["/xhtml", "web page instead of the file"],
    ["/announces-too-much", "larger than 10 MiB"],
    ["/announces-absurdly-much", ""],
    ["/one-byte-too-much", "larger than 10 MiB"],
    ["/endless", "larger than 10 MiB"],
    ["/shorter-than-announced", "ended before its announced length"],
    ["/cut-chunks", "ended before its announced length"],
    ["/two-lengths", "could not be reached"],
    ["/length-and-chunks", "could not be reached"],
    ["/no-http", "could not be reached"],
    ["/huge-head", "could not be reached"],
    ["/hangs-up", "could not be reached"],
  ])("%s", async (path, sentence) => {
    const error = await failureOf(() => fetchPath(path));
    expect([error.code, error.status]).toEqual(["file_not_fetched", 400]);
    expect(error.message).toMatch(/^The file "a\.csv" was not fetched: .*\.$/);
    expect(error.message).toContain(sentence);
    expect(error.message).not.toMatch(/127\.0\.0\.1|93\.184|\bE[A-Z]{4,}|HPE_|[Ss]ocket|[Pp]arse/);
    expect(error.cause).toBeInstanceOf(Error);
  });
});

describe("the connection of an answer that is refused is closed at once", () => {
  it.each(["/endless", "/endless-404", "/endless-redirect", "/announces-too-much"])("%s", async (path) => {
    const asked = host.requests.length;
    await failureOf(() => fetchPath(path, { times: { totalMs: 60_000, idleMs: 60_000 } }));
    const [request, ...others] = host.requests.slice(asked);
    expect(others).toEqual([]);
    // The server would leave it open, and no deadline of the fetcher is near.
    await waitUntil(() => request?.socket.closed === true);
  });
});

describe("an answer that takes too long is given up", () => {
  it.each([
    ["silence from the start", "/silent"],
    ["silence after the head", "/silent-after-head"],
    ["silence within the body", "/silent-within"],
  ])("%s", async (_what, path) => {
    const error = await failureOf(() => fetchPath(path, { times: { totalMs: 60_000, idleMs: 300 } }));
    expect(error.message).toContain("sent nothing for too long");
  });

  it.each([
    ["a byte now and then", "/drips"],
    ["a hint now and then", "/drips-hints"],
  ])("%s, although it is never silent for long", async (_what, path) => {
    const error = await failureOf(() => fetchPath(path, { times: { totalMs: 3000, idleMs: 2000 } }));
    expect(error.message).toContain("it took too long");
  });

  it("a resolver that never answers", async () => {
    const lookup = () => new Promise<never>(() => undefined);
    const fetcher = createFileFetcher({ allowedHosts: ["*"], logger, lookup, totalMs: 200 });
    const file = { label: "The file", url: "https://files.example.com/file", expectsHtml: false };
    const error = await failureOf(() => fetcher.fetch(file, { signal: never }));
    expect(error.message).toContain("it took too long");
  });
});

describe("a certificate that is not right is refused", () => {
  it("of another name", async () => {
    const asked = host.requests.length;
    const error = await failureOf(() => fetchPath("/file", { name: "other.example.com" }));
    expect(error.message).toContain("could not be reached over https");
    expect(host.requests).toHaveLength(asked);
  });

  it("of an authority that nobody knows", async () => {
    const { port, toAddress } = host.connect;
    const connect = { ...(port ? { port } : {}), ...(toAddress ? { toAddress } : {}) };
    const lookup = lookupOf({ "files.example.com": [[PUBLIC_ADDRESS]] });
    const fetcher = createFileFetcher({ allowedHosts: ["*"], logger, lookup, connect });
    const file = { label: "The file", url: "https://files.example.com/file", expectsHtml: false };
    const asked = host.requests.length;
    const error = await failureOf(() => fetcher.fetch(file, { signal: never }));
    expect(error.message).toContain("could not be reached over https");
    expect(host.requests).toHaveLength(asked);
  });
});

describe("a caller who leaves", () => {
  it("before the start is told so, and nothing is asked", async () => {
    const asked = host.requests.length;
    const reason = new Error("the caller left");
    await expect(fetchPath("/file", { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(host.requests).toHaveLength(asked);
  });

  it.each(["/silent", "/silent-within", "/drips"])("ends %s, and the connection", async (path) => {
    const leaving = new AbortController();
    const reason = new Error("the caller left");
    const asked = host.requests.length;
    const fetched = fetchPath(path, { signal: leaving.signal });
    await waitUntil(() => host.requests.length > asked);
    const socket = host.requests[asked]?.socket;
    const closed = new Promise((resolve) => socket?.once("close", resolve));
    leaving.abort(reason);
    await expect(fetched).rejects.toBe(reason);
    await closed;
  });
});

describe("a file", () => {
  it.each([
    ["without a length", "/file", "a,b\n1,2\n"],
    ["with its length", "/announced", "a,b\n1,2\n"],
    ["that is empty", "/empty", ""],
    ["that says it is not compressed", "/identity", "plain"],
    ["byte by byte", "/byte-by-byte", "x".repeat(300)],
    ["up to the length that was announced", "/longer-than-announced", "short"],
  ])("%s is fetched", async (_what, path, content) => {
    expect((await fetchPath(path)).toString()).toBe(content);
  });

  it("of 10 MiB is fetched whole", async () => {
    expect((await fetchPath("/largest")).equals(Buffer.alloc(LIMIT_BYTES, 7))).toBe(true);
  });

  it("of HTML is fetched when HTML is wanted", async () => {
    expect((await fetchPath("/login", { expectsHtml: true })).toString()).toBe("<p>");
  });

  it("is asked for without credentials, cookies or compression, with its query, over a connection that ends", async () => {
    await fetchPath("/file?sig=a%2Bb&x=1#part");
    const { headers, method, url, socket } = host.requests.at(-1) ?? {};
    expect([method, url]).toEqual(["GET", "/file?sig=a%2Bb&x=1"]);
    expect(headers).toEqual({
      host: "files.example.com",
      accept: "*/*",
      "accept-encoding": "identity",
      connection: "close",
      "user-agent": expect.stringMatching(/^chatgpt-code-and-warehouse/),
    });
    expect(socket).toBeDefined();
  });

  it("is logged by its host and size alone: the link is a secret", async () => {
    logged.length = 0;
    await fetchPath("/file?sig=secret");
    expect(JSON.parse(logged.join(""))).toMatchObject({ host: "files.example.com", size_bytes: 8 });
    expect(logged.join("")).not.toContain("secret");
  });
});
