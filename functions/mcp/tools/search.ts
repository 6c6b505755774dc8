import type { CallToolResult } from "@modelcontextprotocol/server";
import { AppError } from "#shared/errors/app-error.ts";
import { toResult } from "../results/to-result.ts";
import { toObjectSchema } from "../schema/public-schema.ts";
import { readCatalogue } from "../search/catalogue.ts";
import { toItemAddress, toItemName, toItemUrl } from "../search/item.ts";
import { rank, scoreOf, toWords } from "../search/rank.ts";
import { describeTool, READS, type Tool } from "./tool.ts";

const MAX_QUERY_CHARACTERS = 1000;

const INPUT = {
  type: "object",
  properties: {
    query: {
      type: "string",
      maxLength: MAX_QUERY_CHARACTERS,
      description: "Words that the name or the description of a dataset or table may have.",
    },
  },
  required: ["query"],
  additionalProperties: false,
} as const;

const OUTPUT = {
  type: "object",
  properties: {
    results: {
      type: "array",
      items: {
        type: "object",
        properties: {
          id: { type: "string", description: "Send it to fetch." },
          title: { type: "string", description: "The name as SQL writes it." },
          url: { type: "string" },
        },
        required: ["id", "title", "url"],
        additionalProperties: false,
      },
      description: "The best first, at most 20.",
    },
  },
  required: ["results"],
  additionalProperties: false,
} as const;

/**
 * Finds datasets and tables. Clients of deep research ask for a tool of this name and shape
 * (https://developers.openai.com/api/docs/mcp#search-tool).
 */
export const searchTool: Tool = {
  name: "search",
  scope: "query",
  describe: () =>
    describeTool({
      name: "search",
      title: "Search the warehouse's tables",
      description:
        "Finds datasets and tables of the warehouse by words of their names and descriptions; fetch then tells the columns of one. It does not search rows: query_bigquery does.",
      scope: "query",
      inputSchema: toObjectSchema(INPUT),
      outputSchema: OUTPUT,
      effects: READS,
    }),
  async call(given, caller, signal): Promise<CallToolResult> {
    const words = toWords(parseQuery(given));
    const catalogue = await readCatalogue(caller.functions, (entry) => scoreOf(entry, words) > 0, signal);
    if (catalogue.kind === "refused") return toResult(catalogue.answer);
    const results = rank(catalogue.entries, words).map((entry) => ({
      id: toItemAddress(entry),
      title: toItemName(entry),
      url: toItemUrl(entry, caller.baseUrl),
    }));
    return { content: [{ type: "text", text: JSON.stringify({ results }) }], structuredContent: { results } };
  },
};

function parseQuery(given: unknown): string {
  const query = typeof given === "object" && given !== null && "query" in given ? given.query : undefined;
  if (typeof query === "string" && query.length <= MAX_QUERY_CHARACTERS) return query;
  throw new AppError(
    "validation_failed",
    "Send `query`, a text of at most 1,000 characters, and nothing else.",
  );
}
