import { AppError } from "#shared/errors/app-error.ts";

/** Revision 2025-03-26 has batches: so many messages may one hold, of which each may be a program. */
const MAX_BATCH = 20;

/** Arguments nest a few levels; far deeper ones are there to overflow somebody's stack. */
const MAX_DEPTH = 64;

/** One JSON-RPC message as far as the endpoint looks at it before the protocol's own library does. */
export interface Message {
  readonly id: string | number | null;
  readonly method: string | null;
  readonly params: Readonly<Record<string, unknown>>;
}

/**
 * Looks at the messages of a body; whether they are valid is the library's to say.
 * @throws AppError `validation_failed` for a batch that is empty or too long, and for values nested too deep
 */
export function readMessages(body: unknown): readonly Message[] {
  if (isTooDeep(body)) {
    throw new AppError(
      "validation_failed",
      `The message nests deeper than ${MAX_DEPTH} levels. Send a flatter one.`,
    );
  }
  if (!Array.isArray(body)) return [toMessage(body)];
  if (body.length > 0 && body.length <= MAX_BATCH) return body.map(toMessage);
  throw new AppError("validation_failed", `A batch holds 1 to ${MAX_BATCH} messages. Send them one by one.`);
}

function toMessage(value: unknown): Message {
  const { id, method, params } = isObject(value) ? value : {};
  return {
    id: typeof id === "string" || typeof id === "number" ? id : null,
    method: typeof method === "string" ? method : null,
    params: isObject(params) ? params : {},
  };
}

/** Level by level, as recursion would be what it looks for. */
function isTooDeep(body: unknown): boolean {
  let level = objectsIn([body]);
  for (let depth = 1; level.length > 0; depth += 1) {
    if (depth > MAX_DEPTH) return true;
    const next: object[] = [];
    for (const value of level) for (const held of objectsIn(Object.values(value))) next.push(held);
    level = next;
  }
  return false;
}

/** Without texts and numbers, which may be many. */
function objectsIn(values: readonly unknown[]): object[] {
  return values.filter((value) => typeof value === "object" && value !== null);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
