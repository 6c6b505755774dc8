import type { Field } from "../warehouse.ts";
import { memberOf, membersOf, textOf } from "./rest-value.ts";

/** The REST API's older names: https://cloud.google.com/bigquery/docs/reference/rest/v2/tables#TableFieldSchema. */
const TYPES: ReadonlyMap<string, string> = new Map([
  ["INTEGER", "INT64"],
  ["FLOAT", "FLOAT64"],
  ["BOOLEAN", "BOOL"],
  ["RECORD", "STRUCT"],
]);

/**
 * Reads the schema of a result or a table.
 * @param schema the `schema` member of an answer, untrusted
 * @throws TypeError when it is not a schema
 */
export function parseSchema(schema: unknown): readonly Field[] {
  return parseFields(membersOf(schema, "fields"));
}

/** Siblings of one name, which only fields of a STRUCT can have, are told apart by a number. */
function parseFields(fields: readonly unknown[]): Field[] {
  const parsed = fields.map(parseField);
  const taken = new Set(parsed.map(({ name }) => name));
  const seen = new Set<string>();
  return parsed.map((field) => {
    let name = field.name;
    for (let count = 1; seen.has(name) || (name !== field.name && taken.has(name)); count += 1) {
      name = `${field.name}_${count}`;
    }
    seen.add(name);
    return { ...field, name };
  });
}

function parseField(field: unknown): Field {
  const [name, type] = [memberOf(field, "name"), textOf(field, "type")];
  if (typeof name !== "string" || type === null) {
    throw new TypeError("A column of the schema has no name or no type.");
  }
  const description = textOf(field, "description");
  const fields = memberOf(field, "fields");
  return {
    name,
    type: TYPES.get(type) ?? type,
    mode: parseMode(memberOf(field, "mode")),
    ...(description === null ? {} : { description }),
    ...(Array.isArray(fields) ? { fields: parseFields(fields) } : {}),
  };
}

function parseMode(mode: unknown): Field["mode"] {
  return mode === "REPEATED" || mode === "REQUIRED" ? mode : "NULLABLE";
}
