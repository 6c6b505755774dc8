import type { Operation, Parameters } from "#shared/contract/operation.ts";

/** A JSON value of a schema. */
type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

/** The schema of an object, as the Model Context Protocol wants a tool's arguments and results described. */
export interface ObjectSchema {
  readonly [keyword: string]: unknown;
  readonly type: "object";
}

/**
 * The schema of a tool's arguments: the body of an operation, or what stands in its path and query as one object.
 * `pattern` stays behind in the functions' own validators: its ranges are not valid in every client's dialect of regular expressions.
 */
export function toInputSchema({ request, parameters = {}, query = {} }: Operation): ObjectSchema {
  if (request !== null) return toObjectSchema(request);
  return {
    type: "object",
    properties: { ...describe(parameters), ...describe(query) },
    required: Object.keys(parameters),
    additionalProperties: false,
  };
}

/** @throws Error when the schema is not one of an object */
export function toObjectSchema(schema: unknown): ObjectSchema {
  const copy = withoutPatterns(JSON.parse(JSON.stringify(schema)));
  if (!isObject(copy) || copy["type"] !== "object") throw new Error("A tool takes and returns objects.");
  return { ...copy, type: "object" };
}

function describe(parameters: Parameters): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(parameters).map(([name, { schema, description }]) => {
      const copy = withoutPatterns(JSON.parse(JSON.stringify(schema)));
      return [name, { ...(isObject(copy) ? copy : {}), description }];
    }),
  );
}

function withoutPatterns(value: Json): Json {
  if (Array.isArray(value)) return value.map(withoutPatterns);
  if (!isObject(value)) return value;
  // A field that is called pattern holds a schema, the keyword holds text.
  const kept = Object.entries(value).filter(([key, held]) => key !== "pattern" || typeof held !== "string");
  return Object.fromEntries(kept.map(([key, held]) => [key, withoutPatterns(held)]));
}

function isObject(value: Json): value is { readonly [name: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
