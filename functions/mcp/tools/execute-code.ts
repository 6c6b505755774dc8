import { executeCode } from "#shared/contract/execute/execute-code.ts";
import { INPUT_FILES } from "#shared/contract/limits.ts";
import { showFiles } from "../results/show-files.ts";
import { toObjectSchema } from "../schema/public-schema.ts";
import { createOperationTool } from "./operation-tool.ts";
import type { Tool } from "./tool.ts";

/** A file of the conversation as ChatGPT hands it to a tool (https://developers.openai.com/apps-sdk/reference#file-params). */
const CONVERSATION_FILES = {
  type: "array",
  maxItems: INPUT_FILES.count,
  items: {
    type: "object",
    properties: {
      download_url: { type: "string" },
      file_id: { type: "string" },
      mime_type: { type: "string" },
      file_name: { type: "string" },
    },
    required: ["download_url", "file_id"],
    additionalProperties: false,
  },
  description: executeCode.request.properties.openaiFileIdRefs.description,
} as const;

const operationTool = createOperationTool({
  operation: executeCode,
  title: "Run a program",
  advice: "Charts come back as images. Do not use it to read the warehouse: query_bigquery does that.",
  // A fresh sandbox without network: nothing outside it changes, and what it leaves is gone within the hour.
  effects: { readOnly: false, destructive: false, idempotent: false },
  show: showFiles,
});

/** Runs a program; files of the conversation come in ChatGPT's form for tools, and go on in its form for actions. */
export const executeCodeTool: Tool = {
  ...operationTool,
  describe(caller) {
    const { inputSchema, ...described } = operationTool.describe(caller);
    const properties = { ...inputSchema.properties, openaiFileIdRefs: CONVERSATION_FILES };
    const _meta = { ...described._meta, "openai/fileParams": ["openaiFileIdRefs"] };
    return { ...described, inputSchema: toObjectSchema({ ...inputSchema, properties }), _meta };
  },
  call: (given, caller, signal) => operationTool.call(withFileReferences(given), caller, signal),
};

function withFileReferences(given: unknown): unknown {
  if (!isObject(given) || !Array.isArray(given["openaiFileIdRefs"])) return given;
  return { ...given, openaiFileIdRefs: given["openaiFileIdRefs"].map(toFileReference) };
}

function toFileReference(file: unknown): unknown {
  if (!isObject(file) || !("download_url" in file)) return file;
  const { download_url, file_id, file_name, mime_type } = file;
  return { name: file_name, id: file_id, mime_type, download_link: download_url };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
