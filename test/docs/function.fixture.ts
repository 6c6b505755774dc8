import { http } from "@google-cloud/functions-framework";
import { getTestServer } from "@google-cloud/functions-framework/testing";

const LOAD = {
  execute: async () => (await import("#functions/execute/index.ts")).execute,
  health: async () => (await import("#functions/health/index.ts")).health,
  query: async () => (await import("#functions/query/index.ts")).query,
};

// One function as the cloud starts it, in the framework's own stack: node function.fixture.ts NAME
const name = process.argv[2] as keyof typeof LOAD;
http(name, await LOAD[name]());
const server = getTestServer(name);
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  const port = typeof address === "object" ? address?.port : null;
  process.stdout.write(`Function at http://127.0.0.1:${port} \n`);
});
