import {
  type DuckDBConnection,
  type DuckDBType,
  type DuckDBValue,
  LIST,
  listValue,
  STRUCT,
  structValue,
  VARCHAR,
} from "@duckdb/node-api";
import type { ParameterType, ParameterValue, QueryParameter } from "../../../warehouse.ts";
import { DUCKDB_TYPES } from "../catalog/schema-file.ts";
import { StatementFailure, unsupported } from "../failure.ts";
import { quoteName } from "../identifier.ts";
import { placeOf, type Token } from "../syntax/lexer.ts";

/**
 * Writes each `@name` and `?` as a call of the macro that gives the value of a variable: a value never becomes text of the
 * statement. Names count in any case; a named parameter may be left unused, as in BigQuery.
 * @throws StatementFailure `invalid_query` for a parameter without a value, or more values than places
 */
export function toVariables(
  sql: string,
  tokens: readonly Token[],
  parameters: readonly Pick<QueryParameter, "name">[],
): Token[] {
  const positional = parameters.filter(({ name }) => name === null).length;
  let places = 0;
  const written = tokens.map((token): Token => {
    if (token.kind !== "parameter") return token;
    if (token.text.startsWith("@@")) throw unsupported(`The system variable ${token.text}`);
    const isPositional = token.text === "?";
    const index = isPositional ? places : namedIndex(sql, token, parameters);
    if (isPositional) places += 1;
    return { ...token, kind: "sql", text: `GS_PARAMETER('${variable(index)}')` };
  });
  if (places !== positional) throw countDiffers(places, positional);
  return written;
}

function namedIndex(sql: string, token: Token, parameters: readonly Pick<QueryParameter, "name">[]): number {
  const name = token.text.slice(1);
  const index = parameters.findIndex((each) => each.name?.toLowerCase() === name.toLowerCase());
  if (index >= 0) return index;
  const known = parameters.flatMap((each) => (each.name === null ? [] : [`@${each.name}`]));
  const hint = known.length > 0 ? `It has ${known.slice(0, 10).join(", ")}.` : "It has none.";
  throw new StatementFailure(
    "invalid_query",
    `The parameter @${name} at ${placeOf(sql, token.start)} has no value: add "${name}" to "params". ${hint}`,
  );
}

function countDiffers(places: number, values: number): StatementFailure {
  const statement = places === 1 ? "1 parameter ?" : `${places} parameters ?`;
  const sent = values === 1 ? "1 value" : `${values} values`;
  return new StatementFailure(
    "invalid_query",
    `The statement has ${statement}, and "params" gives ${sent} by position: give one for each ?, in their order.`,
  );
}

function variable(index: number): string {
  return `gs_${index + 1}`;
}

/**
 * Gives the variables of a connection the values of a statement's parameters, each with its type.
 * @returns what forgets them
 * @throws StatementFailure `invalid_query` for a value that is none of its type
 */
export async function bindParameters(
  connection: DuckDBConnection,
  parameters: readonly QueryParameter[],
): Promise<() => Promise<void>> {
  for (const [index, { name, type, value }] of parameters.entries()) {
    const set = `SET VARIABLE ${variable(index)} = CAST($1 AS ${toDuckdb(type)})`;
    try {
      await connection.run(set, [toValue(type, value)], [textType(type)]);
    } catch {
      const what = name === null ? `Parameter ${index + 1}` : `Parameter @${name}`;
      throw new StatementFailure("invalid_query", `${what} is not a value of type ${typeText(type)}.`);
    }
  }
  return async () => {
    for (const index of parameters.keys()) await connection.run(`RESET VARIABLE ${variable(index)}`);
  };
}

function toDuckdb(type: ParameterType): string {
  if (type.type === "ARRAY") return `${toDuckdb(type.arrayType)}[]`;
  if (type.type !== "STRUCT") return DUCKDB_TYPES[type.type] ?? "VARCHAR";
  return `STRUCT(${type.structTypes.map((field) => `${quoteName(field.name)} ${toDuckdb(field.type)}`).join(", ")})`;
}

/** The type's form with text for every scalar. */
function textType(type: ParameterType): DuckDBType {
  if (type.type === "ARRAY") return LIST(textType(type.arrayType));
  if (type.type !== "STRUCT") return VARCHAR;
  return STRUCT(Object.fromEntries(type.structTypes.map((field) => [field.name, textType(field.type)])));
}

function toValue(type: ParameterType, value: ParameterValue): DuckDBValue {
  if (value === null) return null;
  if (type.type === "ARRAY")
    return Array.isArray(value) ? listValue(value.map((item) => toValue(type.arrayType, item))) : null;
  if (type.type === "STRUCT") {
    const fields = value as Readonly<Record<string, ParameterValue>>;
    const entries = type.structTypes.map((field) => [
      field.name,
      toValue(field.type, fields[field.name] ?? null),
    ]);
    return structValue(Object.fromEntries(entries));
  }
  return type.type === "BYTES" ? escapedBytes(String(value)) : String(value);
}

/** Base64 as DuckDB reads bytes from text. */
function escapedBytes(base64: string): string {
  const hex = Buffer.from(base64, "base64").toString("hex");
  return hex.replace(/../g, (byte) => `\\x${byte}`);
}

function typeText(type: ParameterType): string {
  if (type.type === "ARRAY") return `ARRAY<${typeText(type.arrayType)}>`;
  if (type.type !== "STRUCT") return type.type;
  return `STRUCT<${type.structTypes.map((field) => `${field.name} ${typeText(field.type)}`).join(", ")}>`;
}
