import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { describeFull } from "../../support/capabilities.ts";
import { NONE_WAIT, servePrograms } from "../execute/serve-programs.fixture.ts";
import { type StubModel, startStubModel } from "./stub-model.ts";

const TIMEOUT_MS = 180_000;

const PLOT = `import matplotlib.pyplot as plt
plt.plot([1, 4, 9])
print(6 * 7)`;

const CALLS = [
  { server: "warehouse", tool: "execute_code", arguments: { code: PLOT } },
  {
    server: "warehouse",
    tool: "query_bigquery",
    arguments: { sql: "SELECT COUNT(*) AS customers FROM sales.customers" },
  },
] as const;

describeFull(["codex", "sandbox", "python-packages"], "the Codex command line", () => {
  const served = servePrograms(NONE_WAIT);
  let model: StubModel;
  let folder: string;
  beforeAll(async () => {
    model = await startStubModel(CALLS);
    // In the folder for temporary files Codex refuses to put programs of its own.
    folder = mkdtempSync(join(homedir(), ".codex-test-"));
    mkdirSync(join(folder, "work"));
    writeFileSync(join(folder, "config.toml"), toSettings(model.baseUrl));
  });
  afterAll(async () => {
    await model?.close();
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  });

  /** Runs it in an environment of its own. @returns what it wrote; its exit code is 0 */
  async function codex(...words: readonly string[]): Promise<string> {
    const child = spawn("codex", words, {
      cwd: join(folder, "work"),
      stdio: ["ignore", "pipe", "pipe"],
      timeout: TIMEOUT_MS / 2,
      env: {
        PATH: process.env["PATH"] ?? "",
        HOME: folder,
        CODEX_HOME: folder,
        MODEL_KEY: "none",
        WAREHOUSE_KEY: served.server().key,
      },
    });
    let output = "";
    let complaint = "";
    child.stdout.on("data", (chunk: Buffer) => {
      output += chunk.toString();
    });
    child.stderr.on("data", (chunk: Buffer) => {
      complaint += chunk.toString();
    });
    const [code] = await once(child, "close");
    if (code !== 0) throw new Error(`codex ended with ${code}: ${output}${complaint}`);
    return output;
  }

  it(
    "is added as the README says, calls the tools with a key, and reports what they answered",
    async () => {
      const url = `${served.server().url}/mcp`;
      await codex("mcp", "add", "warehouse", "--url", url, "--bearer-token-env-var", "WAREHOUSE_KEY");
      const output = await codex(
        ...["exec", "--json", "--skip-git-repo-check", "--sandbox", "read-only"],
        ...["-c", "mcp_servers.warehouse.required=true"],
        ...["-c", 'mcp_servers.warehouse.default_tools_approval_mode="approve"'],
        "Plot squares, then count the customers.",
      );
      const items = output
        .split("\n")
        .filter((line) => line.startsWith('{"type":"item.completed"'))
        .map((line) => JSON.parse(line).item);
      const [ran, asked] = items.filter(({ type }) => type === "mcp_tool_call");
      expect(ran).toMatchObject({ tool: "execute_code", status: "completed", error: null });
      expect(ran.result.structured_content).toMatchObject({ success: true, output: "42\n" });
      expect(ran.result.content).toContainEqual(
        expect.objectContaining({ type: "image", mimeType: "image/png" }),
      );
      expect(asked).toMatchObject({ tool: "query_bigquery", status: "completed", error: null });
      expect(asked.result.structured_content.data).toEqual([{ customers: expect.any(Number) }]);
      expect(model.outputs).toHaveLength(CALLS.length);
      const said = items.find(({ type }) => type === "agent_message");
      expect(said.text).toContain(String(asked.result.structured_content.data[0].customers));
    },
    TIMEOUT_MS,
  );
});

/** A model behind the stub, and nothing that waits for a person or asks again for ever. */
function toSettings(baseUrl: string): string {
  return `model = "stub"
model_provider = "stub"
approval_policy = "never"
web_search = "disabled"
[features]
unbounded_connection_retries = false
[model_providers.stub]
name = "stub"
base_url = "${baseUrl}"
env_key = "MODEL_KEY"
wire_api = "responses"
request_max_retries = 0
stream_max_retries = 0
[analytics]
enabled = false
`;
}
