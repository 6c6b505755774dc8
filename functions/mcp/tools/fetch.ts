import type { CallToolResult } from "@modelcontextprotocol/server";
import { AppError } from "#shared/errors/app-error.ts";
import { toResult } from "../results/to-result.ts";
import { toObjectSchema } from "../schema/public-schema.ts";
import { parseItemAddress, toItemAddress, toItemName, toItemUrl } from "../search/item.ts";
import { readItem } from "../search/read-item.ts";
import { toItemText } from "../search/to-item-text.ts";
import { describeTool, READS, type Tool } from "./tool.ts";

const INPUT = {
  type: "object",
  properties: { id: { type: "string", maxLength: 2000, description: "The id of a result of search." } },
  required: ["id"],
  additionalProperties: false,
} as const;

const OUTPUT = {
  type: "object",
  properties: {
    id: { type: "string" },
    title: { type: "string" },
    text: {
      type: "string",
      description: "The dataset's tables, or the table's columns, size and some rows.",
    },
    url: { type: "string" },
    metadata: { type: "object", additionalProperties: { type: "string" } },
  },
  required: ["id", "title", "text", "url", "metadata"],
  additionalProperties: false,
} as const;

/** Tells what is known of a result of `search` (https://developers.openai.com/api/docs/mcp#fetch-tool). */
export const fetchTool: Tool = {
  name: "fetch",
  scope: "query",
  describe: () =>
    describeTool({
      name: "fetch",
      title: "Read about a table",
      description:
        "Tells everything about one result of search: the tables of a dataset, or the columns, size and sample rows of a table. For rows write SQL for query_bigquery.",
      scope: "query",
      inputSchema: toObjectSchema(INPUT),
      outputSchema: OUTPUT,
      effects: READS,
    }),
  async call(given, caller, signal): Promise<CallToolResult> {
    const id = typeof given === "object" && given !== null && "id" in given ? given.id : undefined;
    const item = typeof id === "string" ? parseItemAddress(id) : null;
    if (item === null) {
      throw new AppError(
        "validation_failed",
        "Send `id` as search gave it, like warehouse://project/dataset/table.",
      );
    }
    const answer = await readItem(item, caller.functions, signal);
    if (answer.status >= 400) return toResult(answer);
    const content = {
      id: toItemAddress(item),
      title: toItemName(item),
      text: toItemText(item, answer.body),
      url: toItemUrl(item, caller.baseUrl),
      metadata: {
        project: item.project,
        dataset: item.dataset,
        ...(item.table === null ? {} : { table: item.table }),
      },
    };
    return { content: [{ type: "text", text: JSON.stringify(content) }], structuredContent: content };
  },
};
