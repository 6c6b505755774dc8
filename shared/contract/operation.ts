import type { JSONSchema } from "json-schema-to-ts";
import type { ErrorCode } from "./errors.ts";

/** The deployable functions that serve operations of the contract. */
export type FunctionName = "execute" | "query" | "health";

/** What a credential may allow. */
export type Scope = "execute" | "query";

/** One row of the OpenAPI document: everything that the pipeline, the validators and the document need to know of it. */
export interface Operation {
  /** Also the MCP tool's name. */
  readonly operationId: string;
  readonly function: FunctionName;
  readonly method: "GET" | "POST" | "DELETE";
  /** Canonical path; its first segment is the function's name, which the cloud strips before the function sees it. */
  readonly path: `/${string}`;
  /** Further paths on one machine and behind a load balancer. */
  readonly aliases: readonly `/${string}`[];
  /** At most 300 characters, as ChatGPT demands. */
  readonly summary: string;
  /** At most 300 characters: tells a model when to use the operation and what comes back. */
  readonly description: string;
  /** `x-openai-isConsequential`: true makes ChatGPT ask its user before every call. */
  readonly consequential: boolean;
  /** The scope that a caller needs; null for everybody. */
  readonly scope: Scope | null;
  /** The rate limit that a call counts against; null for none. */
  readonly rate: Scope | null;
  readonly bodyLimitBytes: number;
  /** The pipeline answers 504 after this time, whatever the handler does. */
  readonly deadlineMs: number;
  /** JSON Schema 2020-12 of the body; null when the operation takes none. */
  readonly request: JSONSchema | null;
  readonly response: JSONSchema;
  /** Every code with a status other than 200 that this operation may answer beside the pipeline's own. */
  readonly errors: readonly ErrorCode[];
  /** Named examples; both sides validate against the schemas. */
  readonly examples: Readonly<Record<string, { readonly request?: unknown; readonly response: unknown }>>;
}
