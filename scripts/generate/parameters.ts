import type { Operation, Parameters } from "#shared/contract/operation.ts";
import { type Json, type JsonObject, toJson, toPublicSchema } from "./public-schema.ts";

/**
 * One schema for what stands in the path and in the query of an operation; null when it takes neither.
 * @throws Error when the contract's path and parameters do not belong together
 */
export function createParametersSchema(operation: Operation): JsonObject | null {
  const { parameters = {}, query = {} } = operation;
  refuseMismatch(operation);
  if (Object.keys({ ...parameters, ...query }).length === 0) return null;
  return {
    type: "object",
    properties: { ...schemasOf(parameters), ...schemasOf(query) },
    required: Object.keys(parameters),
    additionalProperties: false,
  };
}

/** The `parameters` of one operation in the OpenAPI document (https://spec.openapis.org/oas/v3.1.1.html#parameter-object). */
export function createParameterList({ parameters = {}, query = {} }: Operation): readonly JsonObject[] {
  return [...toList(parameters, "path"), ...toList(query, "query")];
}

function toList(parameters: Parameters, place: "path" | "query"): readonly JsonObject[] {
  return Object.entries(parameters).map(([name, { schema, description }]) => ({
    name,
    in: place,
    required: place === "path",
    description,
    schema: toPublicSchema(toJson(schema)),
  }));
}

function schemasOf(parameters: Parameters): Record<string, Json> {
  return Object.fromEntries(Object.entries(parameters).map(([name, { schema }]) => [name, toJson(schema)]));
}

function refuseMismatch({ operationId, path, aliases, parameters = {}, query = {} }: Operation): void {
  const names = Object.keys(parameters);
  for (const template of [path, ...aliases]) {
    const inPath = [...template.matchAll(/\{([^}]*)\}/g)].map(([, name]) => name);
    if (inPath.toSorted().join() !== names.toSorted().join()) {
      throw new Error(`${operationId}: ${template} and its parameters (${names.join(", ")}) differ.`);
    }
    const spanning = names.find((name) => parameters[name]?.spansSegments === true);
    if (spanning !== undefined && !template.endsWith(`/{${spanning}}`)) {
      throw new Error(`${operationId}: ${spanning} spans segments, so ${template} has to end with it.`);
    }
  }
  const twice = names.find((name) => name in query);
  if (twice !== undefined) throw new Error(`${operationId}: ${twice} is in the path and in the query.`);
}
