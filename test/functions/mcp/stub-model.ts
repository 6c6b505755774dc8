import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";

/** A call that the model makes: a tool of a server that the client knows, by both names. */
export interface ModelCall {
  readonly server: string;
  readonly tool: string;
  readonly arguments: Readonly<Record<string, unknown>>;
}

/** A model that needs no thinking. */
export interface StubModel {
  /** Below which `/responses` is; ends with `/v1`. */
  readonly baseUrl: string;
  /** What the client handed back for each call, in their order. */
  readonly outputs: readonly string[];
  close(): Promise<void>;
}

/** Speaks the Responses API's events: makes one call in each answer, then says what came back from all of them. */
export async function startStubModel(calls: readonly ModelCall[]): Promise<StubModel> {
  let outputs: readonly string[] = [];
  const server = createServer(async (request, response) => {
    outputs = readOutputs(await readBody(request));
    const call = calls[outputs.length];
    const item = call === undefined ? toMessage(outputs) : toCall(call, outputs.length);
    const id = `resp_${outputs.length}`;
    const usage = { input_tokens: 1, output_tokens: 1, total_tokens: 2 };
    response.writeHead(200, { "content-type": "text/event-stream" });
    for (const event of [
      { type: "response.created", response: { id } },
      { type: "response.output_item.done", output_index: 0, item },
      { type: "response.completed", response: { id, output: [item], usage } },
    ]) {
      response.write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
    }
    response.end();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  return {
    baseUrl: `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}/v1`,
    get outputs() {
      return outputs;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const toCall = (call: ModelCall, count: number) => ({
  type: "function_call",
  id: `fc_${count}`,
  call_id: `call_${count}`,
  namespace: `mcp__${call.server}`,
  name: call.tool,
  arguments: JSON.stringify(call.arguments),
});

const toMessage = (outputs: readonly string[]) => ({
  type: "message",
  id: "msg_0",
  role: "assistant",
  content: [{ type: "output_text", text: outputs.join("\n"), annotations: [] }],
});

function readOutputs({ input }: { input?: unknown }): readonly string[] {
  if (!Array.isArray(input)) return [];
  return input
    .filter(({ type }) => type === "function_call_output")
    .map(({ output }) => (typeof output === "string" ? output : JSON.stringify(output)));
}

async function readBody(request: IncomingMessage): Promise<{ input?: unknown }> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString();
  return text === "" ? {} : JSON.parse(text);
}
