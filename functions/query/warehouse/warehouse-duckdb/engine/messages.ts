import type { QueryOutcome } from "../../warehouse.ts";

/** What the server asks of the engine. */
export type EngineRequest =
  | {
      readonly kind: "query";
      readonly id: number;
      readonly sql: string;
      readonly maxRows: number;
      readonly maxCharacters: number;
      /** Milliseconds after which rows are no longer counted. */
      readonly timeoutMs: number;
    }
  | { readonly kind: "interrupt"; readonly id: number };

/** What the engine answers. Each query is answered exactly once. */
export type EngineReply =
  | { readonly kind: "ready" }
  | { readonly kind: "outcome"; readonly id: number; readonly outcome: QueryOutcome }
  | {
      readonly kind: "refused";
      readonly id: number;
      readonly code: "multiple_statements" | "write_not_allowed";
      readonly message: string;
    }
  | { readonly kind: "interrupted"; readonly id: number };
