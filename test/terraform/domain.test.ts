import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { OPERATIONS } from "#shared/contract/operations.ts";
import { findFreePort } from "../support/free-port.ts";
import { type RunningProcess, startProcess } from "../support/start-process.ts";
import { type RunningServer, startServer } from "../support/start-server.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const TERRAFORM = readFileSync(join(ROOT, "terraform/domain.tf"), "utf8");
const FRAMEWORK = join(ROOT, "node_modules/@google-cloud/functions-framework/build/src/main.js");
const PUBLIC_BASE_URL = "https://api.example.org";

/** Function to its paths in the load balancer's map. */
const PATHS = new Map(
  [
    ...(/\n {2}domain_paths = \{\n([\s\S]*?)\n {2}\}\n/.exec(TERRAFORM)?.[1] ?? "").matchAll(
      /^ {4}(\w+)\s+= \[([\s\S]*?)\]$/gm,
    ),
  ].map(([, name = "", list = ""]) => [name, [...list.matchAll(/"([^"]+)"/g)].map(([, path = ""]) => path)]),
);
const FIRST_PAGE = /path_prefix_rewrite = "([^"]+)"/.exec(TERRAFORM)?.[1] ?? "";

/**
 * Where the load balancer sends a path (https://cloud.google.com/load-balancing/docs/url-map-concepts#pm-constraints): the longest
 * rule wins, and `/*` at a rule's end stands for what follows the slash.
 */
function route(path: string): { readonly name: string; readonly path: string } {
  if (path === "/") return { name: "docs", path: FIRST_PAGE };
  const fits = [...PATHS].flatMap(([name, rules]) =>
    rules
      .filter((rule) => (rule.endsWith("/*") ? path.startsWith(rule.slice(0, -1)) : rule === path))
      .map((rule) => ({ name, length: rule.length })),
  );
  const best = fits.sort((a, b) => b.length - a.length)[0];
  return { name: best?.name ?? "docs", path };
}

interface Question {
  readonly method: string;
  readonly path: string;
}
const get = (path: string): Question => ({ method: "GET", path });
const WELL_KNOWN = ["openid-configuration", "oauth-authorization-server"].flatMap((name) => [
  `/.well-known/${name}`,
  `/.well-known/${name}/oauth`,
]);
/** Every path of every operation, with its short ones, and what is no operation. */
const QUESTIONS: readonly Question[] = [
  ...OPERATIONS.flatMap(({ method, path, aliases }) =>
    [path, ...aliases].map((one) => ({ method, path: one.replace(/\{\w+\}/g, "one") })),
  ),
  ...["/", "/docs", "/docs/", "/docs/welcome", "/docs/openapi.yaml", "/docs/openapi.json"].map(get),
  ...["/openapi.yaml", "/openapi.json", "/docs/assets/docs.css", "/health/", "/languages/"].map(get),
  { method: "POST", path: "/mcp" },
  ...["/mcp", "/mcp/.well-known/oauth-protected-resource"].map(get),
  ...["/.well-known/oauth-protected-resource", "/.well-known/oauth-protected-resource/mcp"].map(get),
  ...WELL_KNOWN.flatMap((path) => [path, `/oauth${path}`]).map(get),
  ...["/oauth", "/oauth/jwks", "/oauth/authorize", "/oauth/authorize/one", "/oauth/owner"].map(get),
  ...["token", "register", "revoke", "introspect"].map((name) => ({
    method: "POST",
    path: `/oauth/${name}`,
  })),
  ...["/nothing", "/executionsone", "/.well-known/nothing", "/openapi.json/one", "/healthy", "/files"].map(
    get,
  ),
];

let out: string;
let local: RunningServer;
const functions = new Map<string, { readonly port: number; readonly process: RunningProcess }>();

beforeAll(async () => {
  out = mkdtempSync(join(tmpdir(), "domain-test-"));
  const built = spawnSync(process.execPath, ["--no-warnings", "scripts/build.ts", "--out", out], {
    cwd: ROOT,
    encoding: "utf8",
    timeout: 120_000,
  });
  if (built.status !== 0) throw new Error(built.stdout + built.stderr);
  symlinkSync(join(ROOT, "node_modules"), join(out, "node_modules"));
  for (const name of PATHS.keys()) functions.set(name, await startFunction(name));
  local = await startServer({ PUBLIC_BASE_URL, SANDBOX_WARM_PYTHON: "0", SANDBOX_WARM_DATA: "0" });
}, 240_000);

afterAll(async () => {
  await Promise.allSettled([...functions.values()].map(({ process }) => process.stop("SIGKILL")));
  await local?.stop();
  rmSync(out, { recursive: true, force: true });
});

/** As in the cloud, but without a database and a sandbox: what needs those says 503. */
async function startFunction(name: string) {
  const port = await findFreePort();
  const process_ = await startProcess({
    command: [process.execPath, FRAMEWORK, `--target=${name}`, `--port=${port}`],
    cwd: join(out, name),
    environment: {
      PATH: process.env["PATH"] ?? "",
      PUBLIC_BASE_URL,
      CODEX_API_TOKEN: "codex_a-key-of-the-domain-test",
      ...(name === "oauth"
        ? {
            DATABASE_URL: "postgres://nobody:nothing@127.0.0.1:1/none",
            SIGNING_KEY: "a-signing-key-of-the-domain-test-0123456789",
          }
        : {}),
    },
    ready: /URL: http:\/\/localhost:\d+/,
  });
  return { port, process: process_ };
}

async function ask(url: string, { method }: Question, path: string, probe: string) {
  const response = await fetch(`${url}${path}`, {
    method,
    redirect: "manual",
    headers: { "user-agent": probe },
  });
  const type = response.headers.get("content-type")?.split(";")[0] ?? "";
  return { status: response.status, type, text: await response.text() };
}

/** Which function of the local server answered. */
function answeredBy(probe: string): string | undefined {
  const line = local
    .logs()
    .split("\n")
    .find((one) => one.includes(`"${probe}"`));
  return line === undefined ? undefined : JSON.parse(line).function;
}

describe("behind a load balancer", () => {
  it("there are paths for all functions, and no function has another one's name", () => {
    expect([...PATHS.keys()].sort()).toEqual(["docs", "execute", "health", "mcp", "oauth", "query"]);
    for (const [name, rules] of PATHS)
      expect(rules).toEqual(expect.arrayContaining([`/${name}`, `/${name}/*`]));
  });

  it.each(QUESTIONS.map((question, index) => ({ ...question, probe: `probe-${index}-of-the-domain` })))(
    "$method $path is answered as on one machine",
    async ({ method, path, probe }) => {
      const there = route(path);
      const port = functions.get(there.name)?.port;
      const cloud = await ask(`http://127.0.0.1:${port}`, { method, path }, there.path, probe);
      const here = await ask(local.url, { method, path }, path, probe);
      expect(there.name).toBe(answeredBy(probe));
      if (cloud.status === 503) return;
      expect([cloud.status, cloud.type]).toEqual([here.status, here.type]);
      if (cloud.type === "text/html") expect(titleOf(cloud.text)).toBe(titleOf(here.text));
    },
  );

  it("says its own addresses, however it was reached", async () => {
    const { port = 0 } = functions.get("oauth") ?? {};
    const path = "/.well-known/oauth-authorization-server/oauth";
    const { text } = await ask(`http://127.0.0.1:${port}`, get(path), path, "metadata");
    expect(JSON.parse(text)).toMatchObject({
      issuer: `${PUBLIC_BASE_URL}/oauth`,
      token_endpoint: `${PUBLIC_BASE_URL}/oauth/token`,
    });
  });
});

const titleOf = (html: string) => /<title>(.*?)<\/title>/.exec(html)?.[1];
