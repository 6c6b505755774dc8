import type { CallToolResult, Tool as ToolDefinition } from "@modelcontextprotocol/server";
import type { Principal } from "#shared/auth/principal.ts";
import type { Scope } from "#shared/contract/scopes.ts";
import type { Logger } from "#shared/observability/logger.ts";
import type { FunctionClient } from "../client/function-client.ts";

/** Who calls a tool, and what the tool works with. */
export interface Caller {
  readonly principal: Principal;
  readonly functions: FunctionClient;
  /** Public address without a trailing slash. */
  readonly baseUrl: string;
  readonly logger: Logger;
  /** True when the warehouse takes statements that write, from those who may. */
  readonly warehouseTakesWrites: boolean;
}

/** What the Model Context Protocol and ChatGPT let a server say about a tool. */
export type DescribedTool = ToolDefinition & {
  /** https://developers.openai.com/apps-sdk/reference#tool-descriptor-parameters */
  readonly securitySchemes: readonly { readonly type: "oauth2"; readonly scopes: readonly Scope[] }[];
};

/** One tool of the server. */
export interface Tool {
  readonly name: string;
  /** What a credential must allow; null when any valid one will do. */
  readonly scope: Scope | null;
  describe(caller: Caller): DescribedTool;
  /**
   * @param given the arguments as they came, of any shape
   * @throws AppError that is answered as the tool's failure; the signal's reason
   */
  call(given: unknown, caller: Caller, signal: AbortSignal): Promise<CallToolResult>;
}

/** What a model needs to know of a tool, and what a client needs to decide whether to ask its user first. */
export interface ToolFacts {
  readonly name: string;
  /** A few words for people. */
  readonly title: string;
  /** Tells a model when to use the tool, when not, and what comes back. */
  readonly description: string;
  readonly scope: Scope | null;
  readonly inputSchema: ToolDefinition["inputSchema"];
  readonly outputSchema: NonNullable<ToolDefinition["outputSchema"]>;
  readonly effects: Effects;
  /** Top-level arguments that ChatGPT fills with files of the conversation. */
  readonly fileParameters?: readonly string[];
}

/** What a call changes (https://modelcontextprotocol.io/specification/2026-07-28/schema#toolannotations). */
export interface Effects {
  readonly readOnly: boolean;
  readonly destructive: boolean;
  readonly idempotent: boolean;
}

/** Changes nothing, and may be repeated. */
export const READS: Effects = { readOnly: true, destructive: false, idempotent: true };

/** States the facts as `tools/list` answers them. No tool reaches beyond this server and its warehouse: the world is closed. */
export function describeTool(facts: ToolFacts): DescribedTool {
  const { name, title, description, inputSchema, outputSchema, effects, fileParameters } = facts;
  const securitySchemes = [
    { type: "oauth2" as const, scopes: facts.scope === null ? [] : [facts.scope] },
  ] as const;
  return {
    name,
    title,
    description,
    inputSchema,
    outputSchema,
    annotations: {
      title,
      readOnlyHint: effects.readOnly,
      destructiveHint: effects.destructive,
      idempotentHint: effects.idempotent,
      openWorldHint: false,
    },
    securitySchemes,
    _meta: {
      // Clients that drop fields they do not know keep these.
      securitySchemes,
      ...(fileParameters === undefined ? {} : { "openai/fileParams": fileParameters }),
    },
  };
}
