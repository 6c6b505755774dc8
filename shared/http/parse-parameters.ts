import type { Operation } from "../contract/operation.ts";
import type { ValidateFunction, ValidationError } from "../contract/validate-function.ts";
import { AppError, type Violation } from "../errors/app-error.ts";
import { toViolation } from "../validation/parse-body.ts";
import type { PathValues } from "./match-path.ts";

/** Fifteen digits are exact as a number (https://tc39.es/ecma262/#sec-number.max_safe_integer). */
const INTEGER = /^-?\d{1,15}$/;

/**
 * Turns what stands in the path and in the query into the typed parameters of an operation, with defaults filled in. Text becomes an
 * integer where the schema asks for one. What the contract does not name is passed over: chat clients add names of their own, like
 * `utm_source`, to links.
 *
 * @param url the request's address
 * @throws AppError `validation_failed` that lists every violation
 */
export function parseParameters<T>(
  operation: Operation,
  validate: ValidateFunction<T>,
  pathValues: PathValues,
  url: string,
): T {
  const values: unknown = {
    ...readPath(operation, pathValues),
    ...readQuery(operation, new URL(url)),
  };
  if (validate(values)) return values;
  throw invalid((validate.errors ?? []).map(toParameterViolation));
}

function readPath({ parameters = {} }: Operation, values: PathValues): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(parameters).map(([name, { schema }]) => [name, toValue(schema, values[name] ?? "")]),
  );
}

function readQuery({ query = {} }: Operation, { search, searchParams }: URL): Record<string, unknown> {
  const names = Object.keys(query);
  if (names.length > 0 && !isDecodable(search)) {
    throw invalid([{ path: "", rule: "encoding", message: "must be percent-encoded UTF-8 without NUL" }]);
  }
  return Object.fromEntries(
    names
      .filter((name) => searchParams.has(name))
      .map((name) => {
        const given = searchParams.getAll(name);
        // More than one stays a list, which no schema takes: neither the first nor the last is silently believed.
        return [name, given.length > 1 ? given : toValue(query[name]?.schema, given[0] ?? "")];
      }),
  );
}

function isDecodable(search: string): boolean {
  try {
    return !decodeURIComponent(search).includes("\0");
  } catch {
    return false;
  }
}

function toValue(schema: unknown, text: string): string | number {
  const isInteger = typeof schema === "object" && schema !== null && "type" in schema;
  return isInteger && schema.type === "integer" && INTEGER.test(text) ? Number(text) : text;
}

function toParameterViolation(error: ValidationError): Violation {
  const violation = toViolation(error);
  switch (error.keyword) {
    case "pattern":
      return { ...violation, message: "does not have the form that it must have" };
    case "type":
      return { ...violation, message: `must be one ${String(error.params["type"])}` };
    default:
      return violation;
  }
}

function invalid(details: readonly Violation[]): AppError {
  const first = details[0];
  const where = first?.path ? first.path.slice(1) : "the query";
  return new AppError(
    "validation_failed",
    `The address is not valid: ${where} ${first?.message ?? "is wrong"}. See details.`,
    { details },
  );
}
