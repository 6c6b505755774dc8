import { must, same } from "../check.ts";
import { type DeploymentCheck, expectStatus, NotDeployedError, textOf } from "./deployment.ts";

const DOORS = [
  ["POST", "/execute"],
  ["GET", "/execute/executions"],
  ["POST", "/query"],
  ["GET", "/query/datasets"],
  ["POST", "/mcp"],
] as const;

/** Every door, knocked at with this credential. */
function refusal(name: string, credential: string | null): DeploymentCheck {
  return {
    name,
    needs: "nothing",
    async run(at) {
      for (const [method, path] of DOORS) {
        const body = method === "POST" ? { code: "print(1)" } : undefined;
        const reply = await at.ask(method, path, { credential, body });
        must(reply.status === 401, `${method} ${path} answered ${reply.status} where 401 should have come.`);
        must(reply.headers.has("www-authenticate"), `${path} does not say which credential it wants.`);
      }
      return `${DOORS.length} doors answer 401`;
    },
  };
}

/** What everybody sees, and what nobody gets without a key. */
export const EDGE_CHECKS: readonly DeploymentCheck[] = [
  {
    name: "health",
    needs: "nothing",
    async run(at) {
      const health = expectStatus(await at.ask("GET", "/health", { credential: null }), 200).json();
      same(health["status"], "healthy");
      return `version ${textOf(health, "version")}`;
    },
  },
  {
    name: "API pages",
    needs: "nothing",
    async run(at) {
      const page = expectStatus(await at.ask("GET", "/docs", { credential: null }), 200);
      must(page.text.includes("<html"), "The page is no HTML.");
      return `${page.bytes.length} bytes`;
    },
  },
  {
    name: "OpenAPI document, as JSON and YAML",
    needs: "nothing",
    async run(at) {
      const { text } = expectStatus(await at.ask("GET", "/docs/openapi.yaml", { credential: null }), 200);
      must(text.includes(at.url), "The document names another server: PUBLIC_BASE_URL is not this address.");
      const reply = await at.ask("GET", "/docs/openapi.json", { credential: null });
      const document = expectStatus(reply, 200).json();
      return `OpenAPI ${textOf(document, "openapi")}`;
    },
  },
  refusal("nothing without a key", null),
  refusal("nothing with a wrong key", `codex_${"x".repeat(43)}`),
  {
    name: "what MCP clients find",
    needs: "nothing",
    async run(at) {
      const path = "/mcp/.well-known/oauth-protected-resource";
      const reply = await at.ask("GET", path, { credential: null });
      if (reply.status === 404) throw new NotDeployedError("No sign-ins here: MCP clients need a key.");
      const resource = expectStatus(reply, 200).json();
      same(resource["resource"], `${at.url}/mcp`);
      return textOf(resource, "resource");
    },
  },
];
