import { QUERY_PARAMETERS } from "#shared/contract/limits.ts";
import type { ParameterType, ScalarTypeName } from "../warehouse/warehouse.ts";
import { parameterFault } from "./parameter-fault.ts";

const LONGEST_TYPE = 2000;
const TOKEN = /\s*([A-Za-z_][A-Za-z0-9_]*|[<>,])/y;
const NAME = /^[A-Za-z_][A-Za-z0-9_]{0,127}$/;

/** GoogleSQL's names and their aliases: https://cloud.google.com/bigquery/docs/reference/standard-sql/data-types. */
const SCALARS: ReadonlyMap<string, ScalarTypeName> = new Map([
  ...(["BOOL", "INT64", "FLOAT64", "NUMERIC", "BIGNUMERIC", "STRING", "BYTES"] as const).map(
    (name) => [name, name] as const,
  ),
  ...(["DATE", "TIME", "DATETIME", "TIMESTAMP", "JSON"] as const).map((name) => [name, name] as const),
  ...(["INT", "INTEGER", "BIGINT", "SMALLINT", "TINYINT", "BYTEINT"] as const).map(
    (name) => [name, "INT64"] as const,
  ),
  ["BOOLEAN", "BOOL"],
  ["FLOAT", "FLOAT64"],
  ["DECIMAL", "NUMERIC"],
  ["BIGDECIMAL", "BIGNUMERIC"],
]);

/** Words of a type with the place of the next one. */
interface Tokens {
  readonly words: readonly string[];
  next: number;
}

/**
 * Reads the text of a type, like `DATE`, `ARRAY<INT64>` or `STRUCT<a INT64, b STRING>`; case does not count.
 * @param path where the text stands, for the sentence
 * @throws AppError `validation_failed`
 */
export function parseType(text: string, path: string): ParameterType {
  const tokens: Tokens = { words: toWords(text, path), next: 0 };
  const type = readType(tokens, path, 1);
  if (tokens.next < tokens.words.length) throw unknownType(path);
  return type;
}

function toWords(text: string, path: string): string[] {
  if (text.length > LONGEST_TYPE) throw unknownType(path);
  const words: string[] = [];
  const source = text.trim();
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < source.length) {
    const word = TOKEN.exec(source)?.[1];
    if (word === undefined) throw unknownType(path);
    words.push(word);
  }
  return words;
}

function readType(tokens: Tokens, path: string, depth: number): ParameterType {
  if (depth > QUERY_PARAMETERS.depth) {
    const message = `nests types more than ${QUERY_PARAMETERS.depth} deep: flatten it`;
    throw parameterFault({ path, message });
  }
  const word = take(tokens)?.toUpperCase();
  if (word === "ARRAY") return readArray(tokens, path, depth);
  if (word === "STRUCT") return readStruct(tokens, path, depth);
  const type = word === undefined ? undefined : SCALARS.get(word);
  if (type === undefined) throw unknownType(path);
  return { type };
}

function readArray(tokens: Tokens, path: string, depth: number): ParameterType {
  expect(tokens, "<", path);
  const arrayType = readType(tokens, path, depth + 1);
  expect(tokens, ">", path);
  if (arrayType.type === "ARRAY") throw nestedArray(path);
  return { type: "ARRAY", arrayType };
}

function readStruct(tokens: Tokens, path: string, depth: number): ParameterType {
  expect(tokens, "<", path);
  const structTypes: { readonly name: string; readonly type: ParameterType }[] = [];
  do {
    const name = take(tokens) ?? "";
    structTypes.push({ name, type: readType(tokens, path, depth + 1) });
  } while (tokens.words[tokens.next] === "," && take(tokens) !== undefined);
  expect(tokens, ">", path);
  checkNames(
    structTypes.map(({ name }) => name),
    path,
  );
  return { type: "STRUCT", structTypes };
}

/**
 * Refuses names that BigQuery does not take, and two that differ in case alone.
 * @throws AppError `validation_failed`
 */
export function checkNames(names: readonly string[], path: string): void {
  const seen = new Set<string>();
  for (const name of names) {
    if (!NAME.test(name)) {
      const message =
        "has a name that is not of letters, digits and _ (at most 128, no digit first, no @): rename it";
      throw parameterFault({ path, message });
    }
    if (seen.has(name.toLowerCase())) {
      const message = "has two names that differ in case alone: rename one";
      throw parameterFault({ path, message });
    }
    seen.add(name.toLowerCase());
  }
}

/** The error for an array in an array, which GoogleSQL does not have. */
export function nestedArray(path: string) {
  const message = "is an array of arrays: put each inner array into a struct";
  return parameterFault({ path, message });
}

function take(tokens: Tokens): string | undefined {
  const word = tokens.words[tokens.next];
  tokens.next += 1;
  return word;
}

function expect(tokens: Tokens, word: string, path: string): void {
  if (take(tokens) !== word) throw unknownType(path);
}

function unknownType(path: string) {
  const message =
    "has a type that is not one: write BOOL, INT64, FLOAT64, NUMERIC, BIGNUMERIC, STRING, BYTES, DATE, TIME, DATETIME, TIMESTAMP, JSON, ARRAY<INT64> or STRUCT<a INT64, b STRING>";
  return parameterFault({ path, message });
}
