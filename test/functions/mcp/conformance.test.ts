import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer, request as httpRequest, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { startProcess } from "../../support/start-process.ts";
import { NONE_WAIT, servePrograms } from "../execute/serve-programs.fixture.ts";

const TOOL = fileURLToPath(
  new URL("../../../node_modules/@modelcontextprotocol/conformance/dist/index.js", import.meta.url),
);

/** Why a check of the official tool cannot pass here; each pattern matches the names of scenarios. */
const DO_NOT_APPLY: readonly (readonly [RegExp, string])[] = [
  [/^tools-call-|^json-schema-2020-12$|^http-custom-header-/, "calls tools of the tool's own example server"],
  [/^resources-(read|templates)/, "reads resources of the example server, like test://static-text"],
  [/^resources-(un)?subscribe$/, "nothing here changes while a client looks: no subscriptions are offered"],
  [/^prompts-/, "no prompts are offered"],
  [/^(logging-set-level|completion-complete)$/, "neither logging nor completion is offered"],
  [/^elicitation-|^input-required-/, "no tool asks its user anything"],
  [/^tasks-/, "the extension of tasks is not offered: what takes long answers with a handle"],
];

/** Checks of scenarios that otherwise apply, which need a tool of the example server or prompts. */
const CHECKS_DO_NOT_APPLY: readonly string[] = [
  "sep-2575-server-rejects-undeclared-capability",
  "sep-2575-missing-capability-http-400",
  "sep-2575-http-server-no-independent-requests-on-stream",
  "sep-2575-server-no-log-without-loglevel",
  "sep-2549-prompts-list-caching-hints",
];

interface Check {
  readonly id: string;
  readonly status: string;
  readonly errorMessage?: string;
}

describe("the official conformance tool", () => {
  const served = servePrograms({ ...NONE_WAIT, QUERY_RATE_PER_MINUTE: "0" });
  let proxy: Server;
  let folder: string;
  let checks: ReadonlyMap<string, readonly Check[]>;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "conformance-"));
    proxy = await addKey(served.server().url, served.server().key);
    const address = proxy.address();
    const port = typeof address === "object" ? address?.port : undefined;
    const run = await startProcess({
      command: [
        process.execPath,
        TOOL,
        "server",
        "--url",
        `http://127.0.0.1:${port}/mcp`,
        "--suite",
        "all",
        "-o",
        folder,
      ],
      cwd: folder,
      environment: { PATH: process.env["PATH"] ?? "", HOME: folder },
      ready: /Total: \d+ passed/,
      timeoutMs: 230_000,
    });
    await run.stop("SIGKILL");
    checks = readChecks(folder);
  }, 250_000);
  afterAll(() => {
    proxy?.closeAllConnections();
    proxy?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it("runs its scenarios", () => {
    expect([...checks.keys()]).toEqual(expect.arrayContaining(["server-stateless", "server-initialize"]));
    expect(checks.size).toBeGreaterThan(50);
  });

  it("finds no fault in any scenario that applies", () => {
    const faults = [...checks].flatMap(([scenario, done]) =>
      DO_NOT_APPLY.some(([pattern]) => pattern.test(scenario))
        ? []
        : done
            .filter(({ status, id }) => status === "FAILURE" && !CHECKS_DO_NOT_APPLY.includes(id))
            .map(({ id, errorMessage }) => `${scenario} ${id}: ${errorMessage}`),
    );
    expect(faults).toEqual([]);
  });

  it.each([
    "server-initialize",
    "server-session-lifecycle",
    "server-stateless",
    "ping",
    "tools-list",
    "server-sse-multiple-streams",
    "resources-list",
    "sep-2164-resource-not-found",
    "dns-rebinding-protection",
    "caching",
    "http-header-validation",
  ])("passes checks of %s", (scenario) => {
    const passed = (checks.get(scenario) ?? []).filter(({ status }) => status === "SUCCESS");
    expect(passed.length).toBeGreaterThan(0);
  });
});

/** The tool sends no credential: what it asks goes through here, with one. */
async function addKey(target: string, key: string): Promise<Server> {
  const server = createServer((request, response) => {
    const headers = { ...request.headers, authorization: `Bearer ${key}` };
    const onward = httpRequest(
      `${target}${request.url}`,
      { method: request.method ?? "GET", headers },
      (answer) => {
        response.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(response);
      },
    );
    onward.on("error", () => response.destroy());
    response.on("close", () => onward.destroy());
    request.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}

/** The checks by scenario, from folders like `server-ping-2026-01-15T09-30-00-000Z`. */
function readChecks(folder: string): ReadonlyMap<string, readonly Check[]> {
  const entries = readdirSync(folder).map((name): [string, readonly Check[]] => {
    const scenario = name.replace(/^server-/, "").replace(/-\d{4}-\d\d-\d\dT.*$/, "");
    return [scenario, JSON.parse(readFileSync(join(folder, name, "checks.json"), "utf8"))];
  });
  return new Map(entries);
}
