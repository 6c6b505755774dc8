import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { findFreePort } from "../../support/free-port.ts";
import { startProcess } from "../../support/start-process.ts";
import { decide } from "./support/browser.ts";
import { openPglite } from "./support/databases.ts";
import { register } from "./support/registered-client.ts";
import { serveOauth, type TestServer } from "./support/serve-oauth.ts";

const TOOL = fileURLToPath(
  new URL("../../../node_modules/@modelcontextprotocol/conformance/dist/index.js", import.meta.url),
);

interface Check {
  readonly id: string;
  readonly status: string;
  readonly errorMessage?: string;
}

let opened: Awaited<ReturnType<typeof openPglite>>;
let server: TestServer;
let folder: string;
beforeAll(async () => {
  opened = await openPglite();
  server = await serveOauth({ database: opened.database });
  folder = mkdtempSync(join(tmpdir(), "oauth-conformance-"));
}, 60_000);
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await server.close();
  await opened.close();
});

/** Every check that the tool wrote down. */
function readChecks(): readonly Check[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith("checks.json"))
    .flatMap((file) => JSON.parse(readFileSync(join(folder, file), "utf8")) as Check[]);
}

it("the official MCP conformance tool passes its authorization run, with nothing skipped", async () => {
  const port = await findFreePort();
  const callback = `http://127.0.0.1:${port}/callback`;
  const { body } = await register(server, { redirect_uris: [callback] });
  const run = await startProcess({
    command: [
      ...[process.execPath, TOOL, "authorization", "--url", server.issuer, "--client-id", body.client_id],
      ...["--port", String(port), "--resource", server.resource, "-o", folder],
    ] as [string, ...string[]],
    cwd: folder,
    environment: { PATH: process.env["PATH"] ?? "" },
    ready: /(http:\/\/127\.0\.0\.1:\d+\/oauth\/authorize\?\S+)/,
  });
  // What its user would do in a browser.
  const answer = await decide(run.ready[1] ?? "");
  expect((await fetch(answer)).status).toBe(200);
  // A signal that does nothing: it only waits for the end.
  expect(await run.stop("SIGCONT")).toBe(0);
  const checks = readChecks();
  expect(checks.length).toBeGreaterThanOrEqual(3);
  expect(checks.filter(({ status }) => status !== "SUCCESS")).toEqual([]);
}, 90_000);
