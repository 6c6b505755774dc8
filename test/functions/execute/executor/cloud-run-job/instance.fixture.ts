import { http } from "@google-cloud/functions-framework";
import { getTestServer } from "@google-cloud/functions-framework/testing";
import { execute } from "#functions/execute/index.ts";

// One instance of the function `execute` as the cloud starts it, in the framework's own stack.
http("execute", execute);
const server = getTestServer("execute");
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  const port = typeof address === "object" ? address?.port : null;
  process.stdout.write(`Instance at http://127.0.0.1:${port} \n`);
});
