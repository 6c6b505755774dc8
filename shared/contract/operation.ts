import type { FromSchema, JSONSchema } from "json-schema-to-ts";
import type { ErrorCode } from "./errors.ts";
import type { Scope } from "./scopes.ts";

/** The deployable functions that serve operations of the contract. */
export type FunctionName = "execute" | "query" | "health";

/** What is counted: programs and statements, each with a limit of its own. */
export type Rate = "execute" | "query";

/** A value in the path or in the query of an operation. */
export interface Parameter {
  /** JSON Schema 2020-12 of a string or an integer; a `default` is filled in. */
  readonly schema: JSONSchema;
  /** At most 300 characters. */
  readonly description: string;
  /** True for the last parameter of a path alone: it takes all segments that are left, with the slashes between them. */
  readonly spansSegments?: true;
  /** True when whoever has the value has a permission: the log shows the path's template in its place. */
  readonly isSecret?: true;
}

/** Parameters by name. */
export type Parameters = Readonly<Record<string, Parameter>>;

/** What a handler gets for parameters of the path, all of which are there, and of the query, where one without a default may be missing. */
export type FromParameters<Path extends Parameters, Query extends Parameters = Record<never, never>> = {
  readonly [Name in keyof Path]: FromSchema<Path[Name]["schema"]>;
} & {
  readonly [Name in keyof Query as HasDefault<Query[Name]> extends true ? Name : never]: FromSchema<
    Query[Name]["schema"]
  >;
} & {
  readonly [Name in keyof Query as HasDefault<Query[Name]> extends true ? never : Name]?: FromSchema<
    Query[Name]["schema"]
  >;
};

type HasDefault<P extends Parameter> = P["schema"] extends { readonly default: unknown } ? true : false;

/** One row of the OpenAPI document: everything that the pipeline, the validators and the document need to know of it. */
export interface Operation {
  /** Also the MCP tool's name. */
  readonly operationId: string;
  readonly function: FunctionName;
  readonly method: "GET" | "POST" | "DELETE";
  /**
   * Canonical path; its first segment is the function's name, which the cloud strips before the function sees it. A segment in
   * braces, `{id}`, is one of `parameters`.
   */
  readonly path: `/${string}`;
  /** Further paths on one machine and behind a load balancer. */
  readonly aliases: readonly `/${string}`[];
  /** Each parameter of the path; left out when there is none. */
  readonly parameters?: Parameters;
  /** What may stand in the query; always optional. Its names differ from those of `parameters`. */
  readonly query?: Parameters;
  /** At most 300 characters, as ChatGPT demands. */
  readonly summary: string;
  /** At most 300 characters: tells a model when to use the operation and what comes back. */
  readonly description: string;
  /** `x-openai-isConsequential`: true makes ChatGPT ask its user before every call. */
  readonly consequential: boolean;
  /** The scope that a caller needs; null for everybody. */
  readonly scope: Scope | null;
  /** The rate limit that a call counts against; null for none. */
  readonly rate: Rate | null;
  /** There for operations whose calls the audit trail keeps; `text` names the body's field that it keeps the hash of. */
  readonly audited?: { readonly text?: "code" | "sql" };
  readonly bodyLimitBytes: number;
  /** The pipeline answers 504 after this time, whatever the handler does. */
  readonly deadlineMs: number;
  /** JSON Schema 2020-12 of the body; null when the operation takes none. */
  readonly request: JSONSchema | null;
  readonly response: JSONSchema;
  /** True when the answer is the bytes of a file and not JSON; `response` is then a string that stands for them. */
  readonly answersBytes?: true;
  /** Every code with a status other than 200 that this operation may answer beside the pipeline's own. */
  readonly errors: readonly ErrorCode[];
  /** Named examples; both sides validate against the schemas. */
  readonly examples: Readonly<Record<string, { readonly request?: unknown; readonly response: unknown }>>;
}
