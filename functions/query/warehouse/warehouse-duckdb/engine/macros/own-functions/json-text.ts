import type { DuckDBType, DuckDBValue } from "@duckdb/node-api";
import {
  bytesOf,
  castText,
  clockText,
  dateText,
  elementsOf,
  elementType,
  exponentText,
  fieldsOf,
  floatText,
  kindOf,
  microsOf,
  momentText,
  numericText,
} from "./value-text.ts";

/** How a value becomes JSON. */
export interface JsonStyle {
  /** TO_JSON orders the members of an object by name; TO_JSON_STRING keeps a STRUCT's order. */
  readonly sorted: boolean;
  /** INT64 and NUMERIC beyond what a double holds become strings: TO_JSON_STRING always, TO_JSON when asked. */
  readonly wideNumbersAsText: boolean;
}

const ESCAPES: Readonly<Record<string, string>> = {
  '"': '\\"',
  "\\": "\\\\",
  "\b": "\\b",
  "\f": "\\f",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
};

/** A string of JSON as GoogleSQL writes it. */
export function jsonString(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that JSON must escape.
  const escaped = text.replace(/["\\\u0000-\u001f\u2028\u2029]/g, (char) => {
    return ESCAPES[char] ?? `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
  return `"${escaped}"`;
}

/**
 * Writes a value as JSON
 * (https://cloud.google.com/bigquery/docs/reference/standard-sql/json_functions#json_encodings).
 */
export function toJsonText(value: DuckDBValue, type: DuckDBType, style: JsonStyle): string {
  if (value === null) return "null";
  const kind = kindOf(type);
  switch (kind) {
    case "array": {
      const inner = elementType(type);
      return `[${elementsOf(value)
        .map((item) => toJsonText(item, inner, style))
        .join(",")}]`;
    }
    case "struct": {
      const members = fieldsOf(type, value).map(
        ([name, inner, item]) => [name, toJsonText(item, inner, style)] as const,
      );
      return objectText(style.sorted ? sortedByName(members) : members);
    }
    case "bool":
      return String(value);
    case "int":
      return wide(BigInt(value as bigint), style);
    case "float":
      return floatJson(value as number, style);
    case "numeric":
      return decimalJson(numericText(value), style);
    case "json":
      return canonicalJson(String(value));
    case "bytes":
      return jsonString(bytesOf(value).toString("base64"));
    case "date":
      return jsonString(dateText(value));
    case "time":
      return jsonString(clockText(microsOf(value)));
    case "datetime":
      return jsonString(momentText(microsOf(value), "T"));
    case "timestamp":
      return jsonString(`${momentText(microsOf(value), "T")}Z`);
    default:
      return jsonString(castText(value, kind));
  }
}

function objectText(members: readonly (readonly [string, string])[]): string {
  return `{${members.map(([name, text]) => `${jsonString(name)}:${text}`).join(",")}}`;
}

function sortedByName<T>(members: readonly (readonly [string, T])[]): (readonly [string, T])[] {
  return [...members].sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}

function wide(value: bigint, { wideNumbersAsText }: JsonStyle): string {
  const limit = 2n ** 53n;
  return wideNumbersAsText && (value > limit || value < -limit) ? jsonString(String(value)) : String(value);
}

/** TO_JSON_STRING writes a NUMERIC with a fraction as a string; TO_JSON as a number when a double holds it. */
function decimalJson(text: string, style: JsonStyle): string {
  if (!text.includes(".")) return wide(BigInt(text), style);
  if (!style.sorted) return jsonString(text);
  const isHeld = floatText(Number(text)) === text;
  if (isHeld) return text;
  if (style.wideNumbersAsText) return jsonString(text);
  return canonicalNumber(text);
}

/** JSON has no number for these; a double of the type JSON shows its point. */
function floatJson(value: number, { sorted }: JsonStyle): string {
  if (Number.isNaN(value)) return '"NaN"';
  if (!Number.isFinite(value)) return value > 0 ? '"Infinity"' : '"-Infinity"';
  return sorted ? doubleJson(value) : floatText(value);
}

/** A number as it stands in JSON's text, which JavaScript's numbers would round. */
class JsonNumber {
  readonly source: string;
  constructor(source: string) {
    this.source = source;
  }
}

/** A parsed value of JSON whose numbers keep their digits. */
export type JsonValue =
  | null
  | boolean
  | string
  | JsonNumber
  | readonly JsonValue[]
  | { [name: string]: JsonValue };

/** Parses JSON; undefined when the text is none. */
export function parseJson(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text, (_key, value, context?: { source?: string }) =>
      typeof value === "number" ? new JsonNumber(context?.source ?? String(value)) : value,
    ) as JsonValue;
  } catch {
    return undefined;
  }
}

/** The digits of a number of JSON, or null when it is no number. */
export function numberSource(value: JsonValue | undefined): string | null {
  return value instanceof JsonNumber ? value.source : null;
}

/** JSON's text as the type JSON holds it: no space, members by name, numbers in one spelling. */
export function canonicalJson(text: string): string {
  const value = parseJson(text);
  if (value === undefined) throw new Error("error: The text is no JSON");
  return jsonText(value, true);
}

/** Writes parsed JSON without spaces. */
export function jsonText(value: JsonValue, canonical: boolean): string {
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "string") return jsonString(value);
  if (value instanceof JsonNumber) return canonical ? canonicalNumber(value.source) : value.source;
  if (Array.isArray(value)) return `[${value.map((item) => jsonText(item, canonical)).join(",")}]`;
  const members = Object.entries(value as { [name: string]: JsonValue }).map(
    ([name, item]) => [name, jsonText(item, canonical)] as const,
  );
  return objectText(canonical ? sortedByName(members) : members);
}

/** Integers of 64 bits stay integers; everything else is a double, which shows its point. */
function canonicalNumber(source: string): string {
  if (/^-?\d+$/.test(source)) {
    const value = BigInt(source);
    if (value >= -(2n ** 63n) && value < 2n ** 64n) return source === "-0" ? "-0.0" : source;
  }
  return doubleJson(Number(source));
}

/** The fewest digits that read back the same, with a point, or with an exponent from 1e15 on and below 1e-4. */
function doubleJson(value: number): string {
  const [mantissa = "", power = "0"] = value.toExponential().split("e");
  const exponent = Number(power);
  if (exponent >= -4 && exponent < 15) {
    const plain =
      exponent < 0
        ? value.toFixed(Math.min(100, mantissa.replace(/[-.]/g, "").length - 1 - exponent))
        : String(value);
    return plain.includes(".") ? plain : `${plain}.0`;
  }
  return `${mantissa}e${exponentText(exponent)}`;
}
