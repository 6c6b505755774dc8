import type { CallToolResult } from "@modelcontextprotocol/server";
import { getFile } from "#shared/contract/execute/get-file.ts";
import { validateGetFile } from "#shared/contract/generated/execute-validators.js";
import { toAddress } from "../client/to-address.ts";
import { readFile } from "../results/read-file.ts";
import { toInputSchema } from "../schema/public-schema.ts";
import { describeTool, READS, type Tool } from "./tool.ts";

/** What is known of the file; its content stands beside it. */
const OUTPUT = {
  type: "object",
  properties: {
    name: { type: "string" },
    mime_type: { type: "string" },
    size_bytes: { type: "integer" },
    url: { type: "string", description: "The link to it, as the user can open it." },
  },
  required: ["name", "mime_type", "size_bytes", "url"],
  additionalProperties: false,
} as const;

/** Reads a file for a client that cannot open links: text as text, a picture as an image, all else as the bytes of a resource. */
export const getFileTool: Tool = {
  name: getFile.operationId,
  scope: getFile.scope,
  describe: () =>
    describeTool({
      name: getFile.operationId,
      title: "Read a program's file",
      description:
        "Returns the content of a file that a program left. token and name are the two last parts of a link from execute_code: /files/{token}/{name}. For users links are better: show them as they are.",
      scope: getFile.scope,
      inputSchema: toInputSchema(getFile),
      outputSchema: OUTPUT,
      effects: READS,
    }),
  async call(given, caller, signal): Promise<CallToolResult> {
    const path = toAddress(getFile, validateGetFile, given);
    return readFile(path, caller, signal);
  },
};
