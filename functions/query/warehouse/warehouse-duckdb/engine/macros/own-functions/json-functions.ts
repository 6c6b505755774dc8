import { BIGINT, BOOLEAN, DOUBLE, DuckDBListValue, type DuckDBValue, LIST, VARCHAR } from "@duckdb/node-api";
import { atPath, parsePath } from "./json-path.ts";
import {
  canonicalJson,
  type JsonStyle,
  type JsonValue,
  jsonText,
  numberSource,
  parseJson,
  toJsonText,
} from "./json-text.ts";
import type { OwnFunction } from "./own-function.ts";

const text = (value: DuckDBValue | undefined) => String(value);

/** The value of a path in a JSON text; undefined when the text is none or has nothing there. */
function found(
  source: DuckDBValue | undefined,
  path: DuckDBValue | undefined,
  legacy: boolean,
): JsonValue | undefined {
  const json = parseJson(text(source));
  return json === undefined ? undefined : atPath(json, parsePath(text(path), legacy));
}

function scalarText(value: JsonValue | undefined): string | null {
  if (value === undefined || value === null) return null;
  if (typeof value === "string" || typeof value === "boolean") return String(value);
  return numberSource(value);
}

const isNullish = (value: JsonValue | undefined) => value === undefined || value === null;

function arrayOf<T extends DuckDBValue>(
  value: JsonValue | undefined,
  each: (item: JsonValue) => T | null,
): DuckDBListValue | null {
  return Array.isArray(value) ? new DuckDBListValue((value as readonly JsonValue[]).map(each)) : null;
}

/** Strings of an array of scalars; null when one element is an object or an array. */
function scalarsOf(value: JsonValue | undefined): DuckDBListValue | null {
  if (!Array.isArray(value)) return null;
  const items = value as readonly JsonValue[];
  const isScalar = (item: JsonValue) => item === null || scalarText(item) !== null;
  return items.every(isScalar) ? new DuckDBListValue(items.map(scalarText)) : null;
}

/** What the functions of one family have in common: JSON_QUERY and its kin, and their legacy forms. */
function family(suffix: string, legacy: boolean): OwnFunction[] {
  const parameters = [VARCHAR, VARCHAR];
  return [
    {
      name: `own_json_query${suffix}`,
      parameters,
      returns: VARCHAR,
      compute: ([x, path]) => {
        const value = found(x, path, legacy);
        return value === undefined || value === null ? null : jsonText(value, false);
      },
    },
    {
      name: `own_json_at${suffix}`,
      parameters,
      returns: VARCHAR,
      compute: ([x, path]) => {
        const value = found(x, path, legacy);
        return value === undefined ? null : jsonText(value, true);
      },
    },
    {
      name: `own_json_value${suffix}`,
      parameters,
      returns: VARCHAR,
      compute: ([x, path]) => scalarText(found(x, path, legacy)),
    },
    {
      name: `own_json_query_array${suffix}`,
      parameters,
      returns: LIST(VARCHAR),
      compute: ([x, path]) => arrayOf(found(x, path, legacy), (item) => jsonText(item, false)),
    },
    {
      name: `own_json_value_array${suffix}`,
      parameters,
      returns: LIST(VARCHAR),
      compute: ([x, path]) => scalarsOf(found(x, path, legacy)),
    },
  ];
}

/** The one JSON value of a text, or an error: for functions of the type JSON. */
function required(source: DuckDBValue | undefined): JsonValue {
  const value = parseJson(text(source));
  if (value === undefined) throw new Error("error: The text is no JSON");
  return value;
}

function typeOf(value: JsonValue): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  if (numberSource(value) !== null) return "number";
  return typeof value;
}

function wrongType(value: JsonValue, wanted: string): Error {
  return new Error(`error: The provided JSON ${typeOf(value)} is not ${wanted}`);
}

function strictInteger(value: JsonValue): bigint | null {
  if (value === null) throw wrongType(value, "an integer");
  const number = Number(numberSource(value) ?? Number.NaN);
  if (!Number.isInteger(number)) throw wrongType(value, "an integer");
  const source = numberSource(value) ?? "";
  const whole = /^-?\d+$/.test(source) ? BigInt(source) : BigInt(number);
  if (BigInt.asIntN(64, whole) !== whole) throw wrongType(value, "an INT64");
  return whole;
}

function laxInteger(value: JsonValue): bigint | null {
  if (typeof value === "boolean") return value ? 1n : 0n;
  const source = typeof value === "string" ? value.trim() : numberSource(value);
  if (source === null || source === "") return null;
  const number = Number(source);
  if (!Number.isFinite(number)) return null;
  const rounded = Math.sign(number) * Math.round(Math.abs(number));
  const whole = /^[-+]?\d+$/.test(source) ? BigInt(source.replace("+", "")) : BigInt(rounded);
  return BigInt.asIntN(64, whole) === whole ? whole : null;
}

function laxFloat(value: JsonValue): number | null {
  if (typeof value === "boolean") return null;
  const source = typeof value === "string" ? value.trim() : numberSource(value);
  if (source === null || source === "") return null;
  const named = /^([+-]?)(inf|infinity|nan)$/i.exec(source);
  if (named) return named[2]?.toLowerCase() === "nan" ? Number.NaN : named[1] === "-" ? -Infinity : Infinity;
  const number = Number(source);
  return Number.isNaN(number) || /^0[xob]/i.test(source) ? null : number;
}

function laxBool(value: JsonValue): boolean | null {
  if (typeof value === "boolean") return value;
  if (typeof value === "string") return /^true$/i.test(value) ? true : /^false$/i.test(value) ? false : null;
  const source = numberSource(value);
  return source === null ? null : Number(source) !== 0;
}

function laxString(value: JsonValue): string | null {
  const source = numberSource(value);
  return source === null ? scalarText(value) : jsonText(value, true);
}

function strictFloat(value: JsonValue): number {
  const source = numberSource(value);
  if (source === null) throw wrongType(value, "a number");
  return Number(source);
}

function strictBool(value: JsonValue): boolean {
  if (typeof value !== "boolean") throw wrongType(value, "a boolean");
  return value;
}

function strictString(value: JsonValue): string {
  if (typeof value !== "string") throw wrongType(value, "a string");
  return value;
}

/** Paths of the members of objects, each once, in order. */
function keysOf(value: JsonValue, prefix: string, depth: number): string[] {
  if (
    typeof value !== "object" ||
    value === null ||
    Array.isArray(value) ||
    numberSource(value) !== null ||
    depth === 0
  )
    return [];
  return Object.entries(value as { [name: string]: JsonValue }).flatMap(([name, item]) => {
    const own = /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) ? name : JSON.stringify(name);
    const path = prefix === "" ? own : `${prefix}.${own}`;
    return [path, ...keysOf(item, path, depth - 1)];
  });
}

/** JSON_STRIP_NULLS: members, and elements, that are null go; emptied containers stay. */
function stripNulls(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.filter((item) => item !== null).map(stripNulls);
  if (typeof value !== "object" || value === null || numberSource(value) !== null) return value;
  const kept = Object.entries(value as { [name: string]: JsonValue }).filter(([, item]) => item !== null);
  return Object.fromEntries(kept.map(([name, item]) => [name, stripNulls(item)]));
}

function styleOf(sorted: boolean, wide: boolean): JsonStyle {
  return { sorted, wideNumbersAsText: wide };
}

function object(values: readonly DuckDBValue[]): string {
  const members = new Map<string, string>();
  for (let i = 0; i < values.length; i += 2) {
    const name = values[i];
    if (name === null || name === undefined) throw new Error("error: JSON_OBJECT: a key is NULL");
    if (!members.has(text(name))) members.set(text(name), text(values[i + 1] ?? "null"));
  }
  return canonicalJson(
    `{${[...members].map(([name, value]) => `${JSON.stringify(name)}:${value}`).join(",")}}`,
  );
}

type Conversion = readonly [
  name: string,
  returns: OwnFunction["returns"],
  convert: (value: JsonValue) => DuckDBValue,
];

const CONVERSIONS: readonly Conversion[] = [
  ["int64", BIGINT, strictInteger],
  ["float64", DOUBLE, strictFloat],
  ["bool", BOOLEAN, strictBool],
  ["string", VARCHAR, strictString],
  ["lax_int64", BIGINT, laxInteger],
  ["lax_float64", DOUBLE, laxFloat],
  ["lax_bool", BOOLEAN, laxBool],
  ["lax_string", VARCHAR, laxString],
  ["type", VARCHAR, typeOf],
  ["strip_nulls", VARCHAR, (value) => jsonText(stripNulls(value), true)],
];

/** JSON functions. */
export const JSON_FUNCTIONS: readonly OwnFunction[] = [
  ...family("", false),
  ...family("_legacy", true),
  ...CONVERSIONS.map(
    ([name, returns, convert]): OwnFunction => ({
      name: `own_json_to_${name}`,
      parameters: [VARCHAR],
      returns,
      compute: ([x]) => convert(required(x)),
    }),
  ),
  {
    name: "own_parse_json",
    parameters: [VARCHAR],
    returns: VARCHAR,
    compute: ([x]) => canonicalJson(text(x)),
  },
  {
    name: "own_json_keys",
    parameters: [VARCHAR, BIGINT],
    returns: LIST(VARCHAR),
    compute: ([x, depth]) => new DuckDBListValue([...new Set(keysOf(required(x), "", Number(depth)))].sort()),
  },
  {
    name: "own_to_json",
    parameters: [BOOLEAN],
    takesAny: true,
    seesNull: true,
    returns: VARCHAR,
    compute: ([wide, value], types) =>
      toJsonText(value ?? null, types[1] ?? VARCHAR, styleOf(true, wide === true)),
  },
  {
    name: "own_to_json_string",
    parameters: [],
    takesAny: true,
    seesNull: true,
    returns: VARCHAR,
    compute: ([value], [type = VARCHAR]) => toJsonText(value ?? null, type, styleOf(false, true)),
  },
  {
    name: "own_json_object",
    parameters: [],
    takesAny: true,
    seesNull: true,
    returns: VARCHAR,
    compute: object,
  },
  {
    name: "own_json_array",
    parameters: [],
    takesAny: true,
    seesNull: true,
    returns: VARCHAR,
    compute: (values) => canonicalJson(`[${values.map((value) => text(value ?? "null")).join(",")}]`),
  },
  {
    name: "own_json_is_null",
    parameters: [VARCHAR],
    returns: BOOLEAN,
    compute: ([x]) => isNullish(parseJson(text(x))),
  },
];
