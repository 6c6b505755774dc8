import type { FunctionName } from "#shared/contract/operation.ts";
import { AppError } from "#shared/errors/app-error.ts";
import type {
  Download,
  FunctionAnswer,
  FunctionCall,
  FunctionClient,
  FunctionRequest,
  JsonObject,
  SendToFunction,
} from "./function-client.ts";
import { readBytes } from "./read-bytes.ts";
import { toAddress } from "./to-address.ts";

/** Answers stay below 100,000 characters: one that is far longer is not one of ours. */
const ANSWER_LIMIT_BYTES = 2 * 1024 * 1024;

/** What of the caller's request goes on to the functions: who it is, and where it belongs in a trace. */
const FORWARDED_HEADERS = [
  "authorization",
  "x-api-key",
  "traceparent",
  "x-cloud-trace-context",
  "user-agent",
];

/** Whose calls they are. */
interface Origin {
  /** Of the caller's request. */
  readonly headers: Headers;
  /** The public address that the caller used. */
  readonly baseUrl: string;
}

/**
 * Calls the functions as the caller would: they check the credential, the limits and the arguments themselves, so that both
 * doors answer the same. Nothing is retried: a program would run twice.
 */
export function createFunctionClient(sender: SendToFunction, { headers, baseUrl }: Origin): FunctionClient {
  const forwarded = Object.fromEntries(
    FORWARDED_HEADERS.flatMap((name) => {
      const value = headers.get(name);
      return value === null ? [] : [[name, value]];
    }),
  );

  async function send(
    name: FunctionName,
    path: string,
    given: Omit<FunctionRequest, "name" | "path" | "baseUrl" | "headers"> & { readonly type?: string },
  ): Promise<Response> {
    const { type, ...init } = given;
    const headers = { ...forwarded, ...(type === undefined ? {} : { "content-type": type }) };
    try {
      return await sender({ ...init, name, path, baseUrl, headers });
    } catch (thrown) {
      init.signal.throwIfAborted();
      throw unavailable(name, thrown);
    }
  }

  return {
    async call({ operation, validate, arguments: given }: FunctionCall, signal) {
      const name = operation.function;
      const response =
        operation.request === null
          ? await send(name, toAddress(operation, validate ?? null, given), {
              method: operation.method,
              signal,
            })
          : await send(name, operation.path, {
              method: operation.method,
              type: "application/json",
              body: JSON.stringify(given ?? {}),
              signal,
            });
      return toAnswer(name, response, signal);
    },
    async download(path, limitBytes, signal): Promise<Download> {
      const response = await send("execute", path, { method: "GET", signal });
      if (response.status !== 200) {
        return { kind: "refused", answer: await toAnswer("execute", response, signal) };
      }
      const mimeType =
        response.headers.get("content-type")?.split(";", 1)[0]?.trim() || "application/octet-stream";
      const bytes = await readWhole("execute", response, limitBytes, signal);
      if (bytes !== null) return { kind: "file", bytes, mimeType };
      return { kind: "too-large", sizeBytes: Number(response.headers.get("content-length") ?? 0), mimeType };
    },
  };
}

async function toAnswer(
  name: FunctionName,
  response: Response,
  signal: AbortSignal,
): Promise<FunctionAnswer> {
  const bytes = await readWhole(name, response, ANSWER_LIMIT_BYTES, signal);
  if (response.status >= 300 && response.status < 400) {
    throw unavailable(
      name,
      new Error(`It answered ${response.status}, and no function sends its callers elsewhere.`),
    );
  }
  const retryAfter = Number(response.headers.get("retry-after") ?? Number.NaN);
  return {
    status: response.status,
    body: parseObject(name, bytes),
    retryAfterSeconds: Number.isFinite(retryAfter) ? retryAfter : null,
    challenge: response.headers.get("www-authenticate"),
  };
}

async function readWhole(
  name: FunctionName,
  response: Response,
  limitBytes: number,
  signal: AbortSignal,
): Promise<Buffer | null> {
  try {
    return await readBytes(response, limitBytes);
  } catch (thrown) {
    signal.throwIfAborted();
    throw unavailable(name, thrown);
  }
}

function parseObject(name: FunctionName, bytes: Buffer | null): JsonObject {
  try {
    const value: unknown = JSON.parse(bytes?.toString("utf8") ?? "");
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return { ...value };
  } catch (thrown) {
    throw unavailable(name, thrown);
  }
  throw unavailable(name, new Error("The answer is no JSON object."));
}

function unavailable(name: FunctionName, cause: unknown): AppError {
  return new AppError(
    "function_unavailable",
    `The function ${name} of this server did not answer. Try again in some seconds.`,
    { retryAfterSeconds: 2, cause },
  );
}
