import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { type IncomingMessage, request } from "node:http";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { findFreePort } from "../support/free-port.ts";
import { type RunningProcess, startProcess } from "../support/start-process.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const KEY = "codex_a-key-of-the-build-test";
const MEMORY_LIMIT_KB = 200_000;

/** Half a gigabyte of spaces in 500 kB: gzip members one after another inflate to their concatenation. */
const GZIP_BOMB = Buffer.concat(
  Array.from({ length: 50 }, () => gzipSync(Buffer.alloc(10 * 1024 * 1024, " "))),
);

/** What each function answers; a path without its prefix, as the cloud hands it over. */
const FUNCTIONS = [
  { name: "execute", get: { path: "/languages", type: /json/ }, post: "/" },
  { name: "query", get: null, post: "/" },
  { name: "health", get: { path: "/", type: /json/ }, post: null },
  { name: "docs", get: { path: "/", type: /html/ }, post: null },
  { name: "oauth", get: { path: "/.well-known/openid-configuration", type: /json/ }, post: null },
  { name: "mcp", get: { path: "/.well-known/oauth-protected-resource", type: /json/ }, post: "/" },
] as const;

/** What the authorization server does not start without; nobody answers at that address. */
const OAUTH_SETTINGS = {
  DATABASE_URL: "postgres://nobody:nothing@127.0.0.1:1/none",
  SIGNING_KEY: "a-signing-key-of-the-build-test-0123456789",
};

let out: string;

beforeAll(() => {
  out = mkdtempSync(join(tmpdir(), "build-test-"));
  run(ROOT, process.execPath, "--no-warnings", "scripts/build.ts", "--out", out);
  // Each by itself, as the cloud installs them.
  for (const { name } of FUNCTIONS) {
    run(join(out, name), "npm", "ci", "--no-audit", "--no-fund", "--prefer-offline");
  }
}, 240_000);

afterAll(() => rmSync(out, { recursive: true, force: true }));

function run(cwd: string, command: string, ...parameters: string[]): void {
  const { status, stdout, stderr } = spawnSync(command, parameters, {
    cwd,
    encoding: "utf8",
    timeout: 200_000,
  });
  if (status !== 0) throw new Error(`${command} ${parameters.join(" ")}: ${stdout}${stderr}`);
}

async function startFunction(name: string): Promise<{ port: number; server: RunningProcess }> {
  const port = await findFreePort();
  const framework = "node_modules/@google-cloud/functions-framework/build/src/main.js";
  const server = await startProcess({
    command: [process.execPath, framework, `--target=${name}`, `--port=${port}`],
    cwd: join(out, name),
    environment: {
      PATH: process.env["PATH"] ?? "",
      CODEX_API_TOKEN: KEY,
      PUBLIC_BASE_URL: "https://functions.example.org",
      ...(name === "oauth" ? OAUTH_SETTINGS : {}),
    },
    ready: /URL: http:\/\/localhost:\d+/,
  });
  return { port, server };
}

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly text: string;
}

interface Question {
  readonly method: string;
  readonly path: string;
  readonly headers?: Record<string, string>;
  readonly body?: string | Buffer;
}

/** Unlike fetch, sends a body with any method, and reads the answer although the server stops reading. */
function ask(port: number, { method, path, headers = {}, body }: Question): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: "127.0.0.1", port, method, path, headers, agent: false }, (response) => {
      readText(response).then((text) => {
        const type = response.headers["content-type"] ?? "";
        resolve({ status: response.statusCode ?? 0, type, text });
      }, reject);
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

async function readText(response: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of response.setEncoding("utf8")) text += chunk;
  return text;
}

/** The most memory that the process ever held. */
function peakMemoryKb(pid: number): number {
  const [, peak] = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
  return Number(peak);
}

describe.each(FUNCTIONS)("the bundle of $name, outside the checkout", ({ name, get, post }) => {
  let port: number;
  let server: RunningProcess;

  beforeAll(async () => {
    ({ port, server } = await startFunction(name));
  }, 90_000);

  afterAll(() => server?.stop("SIGKILL"));

  it("answers 415 to a gzip bomb and inflates nothing", async () => {
    const question = { method: post === null ? "GET" : "POST", path: post ?? "/" };
    const headers = {
      authorization: `Bearer ${KEY}`,
      "content-type": "application/json",
      "content-encoding": "gzip",
      "content-length": String(GZIP_BOMB.length),
    };
    const answer = await ask(port, { ...question, headers, body: GZIP_BOMB });
    expect(answer.status).toBe(415);
    expect(JSON.parse(answer.text)).toMatchObject({ success: false, code: "unsupported_encoding" });
    if (existsSync("/proc/self/status")) expect(peakMemoryKb(server.pid)).toBeLessThan(MEMORY_LIMIT_KB);
  });

  it("answers 404 as JSON at a path that it does not have", async () => {
    const answer = await ask(port, { method: "GET", path: "/no/such/path" });
    expect(answer.status).toBe(404);
    expect(JSON.parse(answer.text)).toMatchObject({ success: false, code: "not_found" });
  });

  if (get !== null) {
    it("answers what it is for, with and without its own prefix", async () => {
      const headers = { authorization: `Bearer ${KEY}` };
      for (const path of [get.path, `/${name}${get.path === "/" ? "" : get.path}`]) {
        const answer = await ask(port, { method: "GET", path, headers });
        expect(answer.status).toBe(200);
        expect(answer.type).toMatch(get.type);
      }
    });
  }

  if (post !== null) {
    it("answers 401 without a key", async () => {
      expect((await ask(port, { method: "POST", path: post, body: "{}" })).status).toBe(401);
    });

    it("answers 400 as JSON to a body that is not JSON, and prints none of it", async () => {
      const headers = { authorization: `Bearer ${KEY}`, "content-type": "application/json" };
      const answer = await ask(port, { method: "POST", path: post, headers, body: '{"a secret' });
      expect(answer.status).toBe(400);
      const fault = { success: false, code: "malformed_json" };
      const expected = name === "mcp" ? { jsonrpc: "2.0", error: { code: -32_700, data: fault } } : fault;
      expect(JSON.parse(answer.text)).toMatchObject(expected);
      expect(server.output()).not.toContain("a secret");
    });
  }

  it("drains and exits with 0 on SIGTERM", async () => {
    expect(await server.stop()).toBe(0);
  });
});

describe("what is built", () => {
  it("names no build script and no download address in its package files", () => {
    for (const { name } of FUNCTIONS) {
      const manifest = JSON.parse(readFileSync(join(out, name, "package.json"), "utf8"));
      expect(manifest).toMatchObject({ name, main: "index.js", type: "module", engines: { node: "24" } });
      expect(manifest.scripts).toBeUndefined();
      const lock = readFileSync(join(out, name, "package-lock.json"), "utf8");
      expect(JSON.parse(lock).name).toBe(name);
      expect(lock).not.toContain('"resolved"');
    }
  });

  it("holds a source map that shows no folder of this machine", () => {
    for (const { name } of FUNCTIONS) {
      expect(readdirSync(join(out, name))).toContain("index.js.map");
      const { sources } = JSON.parse(readFileSync(join(out, name, "index.js.map"), "utf8"));
      expect(sources.filter((source: string) => source.startsWith("/"))).toEqual([]);
    }
  });
});
