/** Any JSON value. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;

/** A JSON object. */
export interface JsonObject {
  readonly [name: string]: Json;
}

/** Keywords whose value is one schema. */
const ONE_SCHEMA = new Set(["items", "additionalProperties", "not", "contains", "propertyNames"]);

/** Keywords whose value is a list of schemas. */
const SCHEMA_LIST = new Set(["anyOf", "oneOf", "allOf", "prefixItems"]);

/** A plain copy of a value of the contract; the contract's types allow `undefined`, JSON does not. */
export function toJson(value: unknown): Json {
  return JSON.parse(JSON.stringify(value));
}

/**
 * A schema of the contract as the public document shows it. Two keywords are expressed otherwise, because importers trip
 * over them: `pattern` stays behind in the validators (surrogate ranges are not valid in every regular-expression
 * dialect), and `const` becomes an `enum` of one.
 */
export function toPublicSchema(schema: Json): Json {
  if (!isObject(schema)) return schema;
  const types = Array.isArray(schema["type"]) ? schema["type"] : [];
  // ChatGPT wants references to files declared as strings, and sends objects.
  if (types.includes("object") && types.includes("string")) return { type: "string" };
  const entries = Object.entries(types.includes("object") ? asObjectOnly(schema) : schema).filter(
    ([keyword]) => keyword !== "pattern",
  );
  return Object.fromEntries(entries.map(toPublicKeyword));
}

/** A choice between an object and a list is shown as the object: importers want the properties of one type. */
function asObjectOnly({ items: _items, maxItems: _maxItems, ...schema }: JsonObject): JsonObject {
  return { ...schema, type: "object" };
}

function toPublicKeyword([keyword, value]: readonly [string, Json]): [string, Json] {
  if (keyword === "const") return ["enum", [value]];
  if (ONE_SCHEMA.has(keyword)) return [keyword, toPublicSchema(value)];
  if (SCHEMA_LIST.has(keyword) && Array.isArray(value)) return [keyword, value.map(toPublicSchema)];
  if (keyword === "properties" && isObject(value)) {
    return [
      keyword,
      Object.fromEntries(Object.entries(value).map(([name, schema]) => [name, toPublicSchema(schema)])),
    ];
  }
  return [keyword, value];
}

function isObject(value: Json): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
