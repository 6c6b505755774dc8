import { spawnSync } from "node:child_process";
import type { IncomingMessage, ServerResponse } from "node:http";
import { afterEach, describe, expect, it } from "@jest/globals";
import { callSigned, type SignedCall } from "#sandbox/entry/call-signed.ts";
import { lengthOf, readContent } from "#shared/object-store/object-store-bucket/read-content.ts";
import { type Loopback, readBody, serveLoopback } from "../../support/google-cloud/serve-loopback.ts";

const TIMEOUT_MS = 60_000;
const NEVER = new AbortController().signal;

/** A server that does what it is told with one call after another; the last one again and again. */
async function serve(
  ...acts: ((request: IncomingMessage, response: ServerResponse) => void)[]
): Promise<Loopback & { readonly seen: IncomingMessage[] }> {
  const seen: IncomingMessage[] = [];
  const server = await serveLoopback(async (request, response) => {
    seen.push(request);
    (acts[seen.length - 1] ?? acts.at(-1))?.(request, response);
  });
  servers.push(server);
  return { ...server, seen };
}

const servers: Loopback[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

const get = (url: string, call: Partial<SignedCall> = {}): SignedCall => ({
  method: "GET",
  url,
  alsoTake: [],
  ...call,
});

describe("a call to a signed address", () => {
  it(
    "never follows a redirection, and does not make it again",
    async () => {
      const elsewhere = await serve((_, response) => response.end("secret"));
      const server = await serve((_, response) =>
        response.writeHead(302, { location: `${elsewhere.origin}/` }).end(),
      );
      await expect(callSigned(get(`${server.origin}/a`), NEVER)).rejects.toThrow("The storage answered 302.");
      expect([server.seen.length, elsewhere.seen.length]).toEqual([1, 0]);
    },
    TIMEOUT_MS,
  );

  it(
    "says nothing of the address where it is refused",
    async () => {
      const server = await serve((_, response) => response.writeHead(403).end("no"));
      const refused = await callSigned(get(`${server.origin}/a?signature=secret`), NEVER).catch(
        (error: unknown) => error,
      );
      expect(refused).toEqual(new Error("The storage answered 403."));
      expect(JSON.stringify(refused)).not.toContain("secret");
    },
    TIMEOUT_MS,
  );

  it(
    "is made again where the connection breaks, and where the storage is away, with all that it brings",
    async () => {
      const bodies: Promise<Buffer>[] = [];
      const server = await serve(
        (_, response) => response.destroy(),
        (_, response) => response.writeHead(503).end("away"),
        (request, response) => {
          bodies.push(readBody(request));
          request.on("end", () => response.end());
        },
      );
      const body = [Buffer.from("in two "), Buffer.from("pieces")];
      const put = get(`${server.origin}/a`, { method: "PUT", headers: { "x-own": "yes" }, body });
      expect((await callSigned(put, NEVER)).status).toBe(200);
      expect(server.seen).toHaveLength(3);
      expect(server.seen[2]?.headers).toMatchObject({ "x-own": "yes", "content-length": "13" });
      expect(String(await bodies[0])).toBe("in two pieces");
    },
    TIMEOUT_MS,
  );

  it(
    "uses the connection of a short answer that is passed over",
    async () => {
      const server = await serve((_, response) => response.writeHead(412).end("there already"));
      const call = get(`${server.origin}/a`, { alsoTake: [412] });
      const ports = new Set<number | undefined>();
      for (let count = 0; count < 3; count += 1) {
        const answer = await callSigned(call, NEVER);
        await answer.body.cancel();
        ports.add(server.seen.at(-1)?.socket.remotePort);
        // The rest of the answer is still on its way.
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      expect(ports.size).toBe(1);
    },
    TIMEOUT_MS,
  );

  it(
    "ends with its signal, before the answer and within it",
    async () => {
      const silent = await serve(() => undefined);
      const before = new AbortController();
      const waiting = callSigned(get(`${silent.origin}/a`), before.signal);
      setTimeout(() => before.abort(new Error("enough")), 100);
      await expect(waiting).rejects.toThrow("enough");

      const slow = await serve((_, response) =>
        response.writeHead(200, { "content-length": "9" }).write("half"),
      );
      const within = new AbortController();
      const reader = (await callSigned(get(`${slow.origin}/a`), within.signal)).body.getReader();
      expect(String((await reader.read()).value)).toBe("half");
      const rest = reader.read();
      within.abort(new Error("enough"));
      await expect(rest).rejects.toThrow();
    },
    TIMEOUT_MS,
  );

  it(
    "gives a content that goes on where its connection broke",
    async () => {
      const server = await serve(
        (_, response) =>
          response.writeHead(200, { "content-length": "12" }).write("first ", () => response.destroy()),
        (_, response) => response.end("second"),
      );
      const call = get(`${server.origin}/a`);
      const answer = await callSigned(call, NEVER);
      const reopen = (from: number) => callSigned({ ...call, headers: { range: `bytes=${from}-` } }, NEVER);
      let content = "";
      for await (const piece of readContent(answer, { length: lengthOf(answer), reopen })) content += piece;
      expect(content).toBe("first second");
      expect(server.seen[1]?.headers["range"]).toBe("bytes=6-");
    },
    TIMEOUT_MS,
  );

  it(
    "does not load what `fetch` needs: that takes as long as Node's own start",
    async () => {
      const script = `
        import { callSigned } from ${JSON.stringify(import.meta.resolve("#sandbox/entry/call-signed.ts"))};
        const call = { method: "GET", url: "http://127.0.0.1:1/", alsoTake: [] };
        await callSigned(call, AbortSignal.timeout(200)).catch(() => undefined);
        process.stdout.write(process.moduleLoadList.filter((name) => name.includes("undici")).join());`;
      const parameters = ["--input-type=module", "--eval", script];
      const { status, stdout, stderr } = spawnSync(process.execPath, parameters, { encoding: "utf8" });
      expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: "", stderr: "" });
    },
    TIMEOUT_MS,
  );
});
