import { execFile } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { parse } from "yaml";
import { createVisitor } from "../functions/oauth/pages/browse.ts";
import { describeWith } from "../support/capabilities.ts";
import { type RunningServer, startServer } from "../support/start-server.ts";
import { waitUntil } from "../support/wait-until.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const PASSPHRASE = "correct horse battery staple";

interface Outcome {
  readonly status: number | null;
  readonly output: string;
}

/** Runs the script as `npm run smoke` does. */
function smoke(...words: string[]): Promise<Outcome> {
  return new Promise((done) => {
    const options = { cwd: ROOT, env: { PATH: "" }, timeout: 150_000 };
    const script = ["--no-warnings", "scripts/smoke.ts", ...words];
    execFile(process.execPath, script, options, (error, stdout, stderr) => {
      const status = error === null ? 0 : typeof error.code === "number" ? error.code : null;
      done({ status, output: stdout + stderr });
    });
  });
}

const failures = ({ output }: Outcome) => output.split("\n").filter((line) => line.startsWith("FAIL"));

describeWith("sandbox", "npm run smoke, against the real server", () => {
  let server: RunningServer;
  let whole: Outcome;
  beforeAll(async () => {
    server = await startServer({ EXECUTE_RATE_PER_MINUTE: "0" });
    await waitUntil(() => Promise.resolve(/Set-up code \S+/.test(server.logs())));
    const code = /Set-up code (\S+)/.exec(server.logs())?.[1] ?? "";
    const page = "/oauth/owner/set-up";
    const fields = { code, passphrase: PASSPHRASE, again: PASSPHRASE };
    expect(await createVisitor(server.url).submit(page, page, fields)).toMatchObject({ status: 303 });
    const file = join(server.dataFolder, "passphrase");
    writeFileSync(file, `${PASSPHRASE}\n`, { mode: 0o600 });
    whole = await smoke(server.url, server.key, "--passphrase-file", file);
  }, 240_000);
  afterAll(() => server.stop(), 60_000);

  it("finds everything as it should be, a whole sign-in among it", () => {
    expect(failures(whole)).toEqual([]);
    expect(whole.output).toMatch(/^\d+ checks are as they should be, 0 are not, 0 were left out\.$/m);
    expect(whole.output).toContain("registered, let in, refreshed, revoked, refused");
    expect(whole.status).toBe(0);
  });

  it("asks for every operation of the OpenAPI document", () => {
    const { paths } = parse(readFileSync(join(ROOT, "openapi.yaml"), "utf8")) as {
      paths: Record<string, Record<string, { operationId?: string }>>;
    };
    const operations = Object.values(paths).flatMap((path) =>
      Object.values(path).flatMap(({ operationId }) => operationId ?? []),
    );
    expect(operations.length).toBeGreaterThan(10);
    const log = server.logs();
    expect(operations.filter((operation) => !log.includes(`"operation":"${operation}"`))).toEqual([]);
  });

  it("shows neither the key nor the passphrase", () => {
    expect(whole.output).not.toContain(server.key);
    expect(whole.output).not.toContain(PASSPHRASE);
  });

  it("leaves out what needs a key when there is none", async () => {
    const outcome = await smoke(server.url);
    expect(failures(outcome)).toEqual([]);
    expect(outcome.output).toMatch(/^skip {2}a Python program .*needs a key$/m);
    expect(outcome.status).toBe(0);
  }, 60_000);

  it("fails with a key that is none, and at an address that is not the public one", async () => {
    const outcome = await smoke(
      `${server.url.replace("127.0.0.1", "localhost")}/`,
      `codex_${"a".repeat(43)}`,
    );
    expect(outcome.status).toBe(1);
    expect(outcome.output).toMatch(/^FAIL {2}a Python program .*401/m);
  }, 60_000);
});

describe("npm run smoke, against servers that are wrong", () => {
  let lenient: Server;
  let url: string;
  beforeAll(async () => {
    lenient = createServer((request, response) => {
      request.resume();
      response
        .writeHead(200, { "content-type": "application/json" })
        .end('{"status":"healthy","version":"1"}');
    }).listen(0, "127.0.0.1");
    await once(lenient, "listening");
    const address = lenient.address();
    url = `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
  });
  afterAll(async () => {
    lenient.close();
    lenient.closeAllConnections();
    await once(lenient, "close");
  });

  it("notices a server that lets everybody in", async () => {
    const outcome = await smoke(url, "codex_anything");
    expect(outcome.output).toMatch(/^FAIL {2}nothing without a key .*200 where 401/m);
    expect(outcome.output).toMatch(/^FAIL {2}a Python program /m);
    expect(outcome.output).toMatch(/^FAIL {2}no way out of the sandbox/m);
    expect(outcome.status).toBe(1);
  }, 60_000);

  it("says that nobody answers", async () => {
    const outcome = await smoke("http://127.0.0.1:9");
    expect(outcome.status).toBe(1);
    expect(outcome.output).toMatch(/^FAIL {2}health .*(ECONNREFUSED|fetch failed|bad port)/m);
  }, 60_000);

  it.each([[[]], [["no-address"]], [["ftp://example.org"]], [["http://a.example", "key", "more"]]])(
    "says how it is used when it is called with %j",
    async (words) => {
      const outcome = await smoke(...words);
      expect(outcome).toEqual({ status: 2, output: expect.stringMatching(/^Use: npm run smoke -- URL/) });
    },
    60_000,
  );
});
