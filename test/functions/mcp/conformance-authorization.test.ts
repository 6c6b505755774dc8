import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { findFreePort } from "../../support/free-port.ts";
import { startProcess } from "../../support/start-process.ts";
import { waitUntil } from "../../support/wait-until.ts";
import { type OwnedServer, serveOwner } from "./serve-owner.fixture.ts";

const TOOL = fileURLToPath(
  new URL("../../../node_modules/@modelcontextprotocol/conformance/dist/index.js", import.meta.url),
);
const TIMEOUT_MS = 180_000;

describe("the official conformance tool for authorization servers", () => {
  let served: OwnedServer;
  let folder: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "conformance-"));
    served = await serveOwner();
  }, TIMEOUT_MS);
  afterAll(async () => {
    await served?.stop();
    rmSync(folder, { recursive: true, force: true });
  }, TIMEOUT_MS);

  it(
    "finds no fault, with the owner's own pages in between",
    async () => {
      const { url } = served.server();
      const port = await findFreePort();
      const callback = `http://127.0.0.1:${port}/callback`;
      const clientId = await register(url, callback);
      const run = await startProcess({
        command: [
          process.execPath,
          TOOL,
          "authorization",
          ...["--url", `${url}/oauth`, "--client-id", clientId, "--resource", `${url}/mcp`],
          ...["-p", String(port), "-o", folder],
        ],
        cwd: folder,
        environment: { PATH: process.env["PATH"] ?? "", HOME: folder },
        ready: /(http:\/\/\S+\/oauth\/authorize\?\S+)/,
        timeoutMs: 90_000,
      });
      const owner = await served.signIn();
      const answer = await served.allow(owner, run.ready[1] ?? null, callback, ["execute", "query"]);
      await fetch(answer);
      await waitUntil(() => /\d+ passed/.test(run.output()));
      await run.stop("SIGKILL");
      const checks = readdirSync(folder, { recursive: true, encoding: "utf8" })
        .filter((name) => name.endsWith("checks.json"))
        .flatMap((name) => JSON.parse(readFileSync(join(folder, name), "utf8")));
      expect(checks.filter(({ status }) => status === "FAILURE")).toEqual([]);
      expect(checks.filter(({ status }) => status === "SUCCESS").length).toBeGreaterThan(2);
    },
    TIMEOUT_MS,
  );
});

/** Registers the tool as a client (RFC 7591). @returns its client id */
async function register(url: string, callback: string): Promise<string> {
  const response = await fetch(`${url}/oauth/register`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      client_name: "Conformance",
      redirect_uris: [callback],
      token_endpoint_auth_method: "none",
      grant_types: ["authorization_code", "refresh_token"],
      response_types: ["code"],
    }),
  });
  if (response.status !== 201) throw new Error(`Not registered: ${response.status} ${await response.text()}`);
  const { client_id } = await response.json();
  return client_id;
}
