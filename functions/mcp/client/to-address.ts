import type { Operation } from "#shared/contract/operation.ts";
import type { ValidateFunction } from "#shared/contract/validate-function.ts";
import { AppError } from "#shared/errors/app-error.ts";
import { toViolation } from "#shared/validation/parse-body.ts";

const MAX_VIOLATIONS = 20;

/**
 * The path and query of an operation that takes no body.
 * @param validate the operation's own validator, null where it has no parameters
 * @throws AppError `validation_failed` that lists what is wrong with the arguments
 */
export function toAddress(
  operation: Operation,
  validate: ValidateFunction<unknown> | null,
  given: unknown,
): string {
  const values = checkArguments(operation, validate, given);
  const path = operation.path
    .split("/")
    .map((segment) => fillIn(operation, segment, values))
    .join("/");
  const query = new URLSearchParams(
    Object.keys(operation.query ?? {})
      .filter((name) => values[name] !== undefined)
      .map((name) => [name, String(values[name])]),
  );
  return query.size === 0 ? path : `${path}?${query}`;
}

function checkArguments(
  { parameters = {}, query = {} }: Operation,
  validate: ValidateFunction<unknown> | null,
  given: unknown,
): Readonly<Record<string, unknown>> {
  const values = structuredClone(given ?? {});
  if (typeof values !== "object" || values === null || Array.isArray(values)) {
    throw new AppError("validation_failed", "The arguments must be an object with the tool's parameters.");
  }
  const unknown = Object.keys(values).find((name) => !(name in parameters) && !(name in query));
  if (unknown !== undefined) {
    throw invalid([
      {
        path: `/${unknown.slice(0, 100)}`,
        rule: "additionalProperties",
        message: "is not a parameter of this tool",
      },
    ]);
  }
  if (validate !== null && !validate(values)) {
    throw invalid((validate.errors ?? []).slice(0, MAX_VIOLATIONS).map(toViolation));
  }
  return { ...values };
}

function fillIn(
  { parameters = {} }: Operation,
  segment: string,
  values: Readonly<Record<string, unknown>>,
): string {
  const name = /^\{(\w+)\}$/.exec(segment)?.[1];
  if (name === undefined) return segment;
  const text = String(values[name]);
  const segments = parameters[name]?.spansSegments === true ? text.split("/") : [text];
  return segments.map(toSegment).join("/");
}

/** A segment that means a folder to every reader of addresses is not sent: `new URL` would take it and its neighbour away. */
function toSegment(text: string): string {
  if (text !== "." && text !== ".." && text.isWellFormed()) return encodeURIComponent(text);
  throw invalid([{ path: "", rule: "format", message: "is no name that can stand in an address" }]);
}

function invalid(details: readonly { path: string; rule: string; message: string }[]): AppError {
  const [first] = details;
  const where = first?.path ? first.path.slice(1) : "an argument";
  return new AppError(
    "validation_failed",
    `The arguments are not valid: ${where} ${first?.message ?? "is wrong"}. See details.`,
    { details },
  );
}
