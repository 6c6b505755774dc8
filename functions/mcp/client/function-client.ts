import type { FunctionName, Operation } from "#shared/contract/operation.ts";
import type { ValidateFunction } from "#shared/contract/validate-function.ts";

/** A JSON object as a function answered it. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** What a function answered, whatever its status. */
export interface FunctionAnswer {
  readonly status: number;
  readonly body: JsonObject;
  /** From `Retry-After`, in seconds; null without one. */
  readonly retryAfterSeconds: number | null;
  /** From `WWW-Authenticate`; null without one. */
  readonly challenge: string | null;
}

/** The bytes of a file, or the answer that refuses them. */
export type Download =
  | { readonly kind: "file"; readonly bytes: Buffer; readonly mimeType: string }
  | { readonly kind: "too-large"; readonly sizeBytes: number; readonly mimeType: string }
  | { readonly kind: "refused"; readonly answer: FunctionAnswer };

/** One call of an operation. */
export interface FunctionCall {
  readonly operation: Operation;
  /** Checks the parameters of an operation without a body, where they are still values and not text of an address. */
  readonly validate?: ValidateFunction<unknown>;
  readonly arguments: unknown;
}

/** Calls the other functions for one caller, with that caller's own credential. */
export interface FunctionClient {
  /**
   * @returns also answers with an error's status: they are for the caller
   * @throws AppError `validation_failed` for wrong parameters, `function_unavailable` when the function cannot be reached; the signal's reason
   */
  call(call: FunctionCall, signal: AbortSignal): Promise<FunctionAnswer>;
  /**
   * Reads a file of an answer.
   * @param path of `get_file`, with token and name still encoded
   * @throws AppError `function_unavailable`; the signal's reason
   */
  download(path: string, limitBytes: number, signal: AbortSignal): Promise<Download>;
}

/** A request to one of the functions. */
export interface FunctionRequest {
  readonly name: FunctionName;
  /** With the function's own prefix, and the query. */
  readonly path: string;
  /** The public address that the caller used: links in the answer begin with it. */
  readonly baseUrl: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal: AbortSignal;
}

/** Port: takes a request to a function, wherever it runs. @throws what kept it from an answer */
export type SendToFunction = (request: FunctionRequest) => Promise<Response>;
