import type { DuckDBType, DuckDBValue } from "@duckdb/node-api";
import { canonicalJson } from "./json-text.ts";
import {
  bytesOf,
  castText,
  elementsOf,
  elementType,
  fieldsOf,
  floatText,
  kindOf,
  numericText,
} from "./value-text.ts";

/** A value as %t of FORMAT prints it: much like its cast to STRING. */
export function printableText(value: DuckDBValue, type: DuckDBType): string {
  if (value === null) return "NULL";
  const kind = kindOf(type);
  switch (kind) {
    case "array":
      return `[${elementsOf(value)
        .map((item) => printableText(item, elementType(type)))
        .join(", ")}]`;
    case "struct":
      return structText(fieldsOf(type, value).map(([, inner, item]) => printableText(item, inner)));
    case "float":
      return withPoint(floatText(value as number), value as number);
    case "bytes":
      return escapeBytes(bytesOf(value), "");
    case "json":
      return canonicalJson(String(value));
    default:
      return castText(value, kind);
  }
}

/** A value as %T of FORMAT prints it: a literal of GoogleSQL. */
export function literalText(value: DuckDBValue, type: DuckDBType): string {
  if (value === null) return "NULL";
  const kind = kindOf(type);
  switch (kind) {
    case "array":
      return `[${elementsOf(value)
        .map((item) => literalText(item, elementType(type)))
        .join(", ")}]`;
    case "struct":
      return structText(fieldsOf(type, value).map(([, inner, item]) => literalText(item, inner)));
    case "float": {
      const number = value as number;
      return Number.isFinite(number)
        ? withPoint(floatText(number), number)
        : `CAST("${floatText(number)}" AS FLOAT64)`;
    }
    case "numeric":
      return `NUMERIC "${numericText(value)}"`;
    case "string":
      return quoted(String(value), escapeText);
    case "bytes": {
      const bytes = bytesOf(value);
      const quote = bytes.includes(34) && !bytes.includes(39) ? "'" : '"';
      return `b${quote}${escapeBytes(bytes, quote)}${quote}`;
    }
    case "json":
      return `JSON ${quoted(canonicalJson(String(value)), escapeText)}`;
    case "date":
    case "time":
    case "datetime":
    case "timestamp":
      return `${kind.toUpperCase()} "${castText(value, kind)}"`;
    default:
      return castText(value, kind);
  }
}

function structText(fields: readonly string[]): string {
  return fields.length === 1 ? `STRUCT(${fields[0]})` : `(${fields.join(", ")})`;
}

/** A FLOAT64 always shows that it is one. */
function withPoint(text: string, value: number): string {
  return Number.isFinite(value) && /^-?\d+$/.test(text) ? `${text}.0` : text;
}

/** Double quotes, or single ones when the text holds double ones alone. */
function quoted(text: string, escaped: (text: string, quote: string) => string): string {
  const quote = text.includes('"') && !text.includes("'") ? "'" : '"';
  return `${quote}${escaped(text, quote)}${quote}`;
}

const ESCAPES: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t", "\\": "\\\\" };

function escapeText(text: string, quote: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that are escaped.
  return text.replace(/[\\\n\r\t'"\u0000-\u001f\u007f]/g, (char) => {
    if (char === "'" || char === '"') return char === quote ? `\\${char}` : char;
    return ESCAPES[char] ?? `\\x${char.charCodeAt(0).toString(16).padStart(2, "0")}`;
  });
}

function escapeBytes(bytes: Buffer, quote: string): string {
  return Array.from(bytes, (byte) => {
    const char = String.fromCharCode(byte);
    if (char === "'" || char === '"') return char === quote || quote === "" ? `\\${char}` : char;
    if (ESCAPES[char] !== undefined) return ESCAPES[char];
    return byte >= 32 && byte < 127 ? char : `\\x${byte.toString(16).padStart(2, "0")}`;
  }).join("");
}
