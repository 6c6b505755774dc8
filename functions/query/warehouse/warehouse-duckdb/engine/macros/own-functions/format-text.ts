import { type DuckDBType, type DuckDBValue, VARCHAR } from "@duckdb/node-api";
import { canonicalJson, jsonText, parseJson } from "./json-text.ts";
import type { OwnFunction } from "./own-function.ts";
import { literalText, printableText } from "./printable-text.ts";
import { exponentText, generalText, type Kind, kindOf, numericText } from "./value-text.ts";

/** Widest result of one specifier. */
const MAX_WIDTH = 100_000;

/** What stands between `%` and the letter. */
interface Specifier {
  readonly flags: string;
  readonly width: number;
  readonly precision: number | null;
  readonly letter: string;
}

const SPECIFIER = /%([-+ #0']*)(\*|\d+)?(?:\.(\*|\d*))?([a-zA-Z%])?/g;

/** The arguments of one call, taken one after another. */
interface Arguments {
  take(): readonly [value: DuckDBValue, type: DuckDBType];
}

/**
 * FORMAT (https://cloud.google.com/bigquery/docs/reference/standard-sql/string_functions#format_string).
 * @returns null when a value is NULL and its specifier is not %t or %T
 * @throws Error for an invalid format or a value of the wrong type
 */
function format(values: readonly DuckDBValue[], types: readonly DuckDBType[]): string | null {
  const [pattern] = values;
  if (pattern === null || pattern === undefined) return null;
  let at = 1;
  const args: Arguments = {
    take() {
      const type = types[at];
      if (type === undefined) throw new Error("error: FORMAT: too few arguments for the format");
      at += 1;
      return [values[at - 1] ?? null, type];
    },
  };
  let isNull = false;
  const result = String(pattern).replace(SPECIFIER, (all, flags, width, precision, letter) => {
    if (all === "%%") return "%";
    if (letter === undefined || letter === "%")
      throw new Error(`error: Invalid FORMAT string ${String(pattern).slice(0, 100)}`);
    const spec = readSpecifier(flags, width, precision, letter, args);
    const [value, type] = args.take();
    const text = spec === null ? null : formatValue(spec, value, type);
    isNull ||= text === null;
    return text ?? "";
  });
  if (at !== types.length) throw new Error("error: FORMAT: too many arguments for the format");
  return isNull ? null : result;
}

/** Null when a `*` takes a NULL. */
function readSpecifier(
  flags: string,
  width: string | undefined,
  precision: string | undefined,
  letter: string,
  args: Arguments,
): Specifier | null {
  const wide = width === "*" ? starValue(args) : Number(width ?? 0);
  const exact = precision === "*" ? starValue(args) : precision === undefined ? null : Number(precision);
  if (wide === null || (precision === "*" && exact === null)) return null;
  if (Math.abs(wide) > MAX_WIDTH || (exact ?? 0) > MAX_WIDTH)
    throw new Error("error: FORMAT: the width is too large");
  const isLeft = wide < 0;
  return {
    flags: isLeft ? `${flags}-` : flags,
    width: Math.abs(wide),
    precision: exact !== null && exact < 0 ? null : exact,
    letter,
  };
}

function starValue(args: Arguments): number | null {
  const [value, type] = args.take();
  if (kindOf(type) !== "int") throw new Error("error: FORMAT: a width or precision must be an INT64");
  return value === null ? null : Number(value);
}

function formatValue(spec: Specifier, value: DuckDBValue, type: DuckDBType): string | null {
  const kind = kindOf(type);
  const { letter } = spec;
  if (letter === "t") return padText(spec, printableText(value, type));
  if (letter === "T") return padText(spec, literalText(value, type));
  if (value === null) return null;
  checkKind(letter, kind);
  if (letter === "s") return padText(spec, String(value));
  if (letter === "p") return padText(spec, canonicalJson(String(value)));
  if (letter === "P") return padText(spec, indentedJson(String(value)));
  return kind === "int" ? integerText(spec, BigInt(value as bigint)) : realText(spec, value, kind);
}

const ACCEPTED: Readonly<Record<string, readonly Kind[]>> = {
  d: ["int"],
  i: ["int"],
  o: ["int"],
  x: ["int"],
  X: ["int"],
  s: ["string"],
  p: ["json"],
  P: ["json"],
  ...Object.fromEntries([..."fFeEgG"].map((letter) => [letter, ["float", "numeric"] as const])),
};

function checkKind(letter: string, kind: Kind): void {
  const accepted = ACCEPTED[letter];
  if (accepted === undefined)
    throw new Error(`error: Invalid format specifier character "${letter}" in FORMAT`);
  if (!accepted.includes(kind)) {
    throw new Error(
      `error: Invalid type for FORMAT: %${letter} takes ${accepted.join(" or ").toUpperCase()}, not ${kind.toUpperCase()}`,
    );
  }
}

function indentedJson(text: string): string {
  const value = parseJson(text);
  return value === undefined ? text : JSON.stringify(JSON.parse(jsonText(value, true)), null, 2);
}

/** %s: the precision cuts, the width pads; both count characters. */
function padText({ flags, width, precision }: Specifier, text: string): string {
  const chars = [...text];
  const cut = precision === null ? text : chars.slice(0, precision).join("");
  const space = " ".repeat(
    Math.max(0, width - (precision === null ? chars.length : Math.min(precision, chars.length))),
  );
  return flags.includes("-") ? cut + space : space + cut;
}

const BASES: Readonly<Record<string, number>> = { o: 8, x: 16, X: 16 };
const MARKS: Readonly<Record<number, string>> = { 8: "0", 16: "0x" };

function integerText(spec: Specifier, value: bigint): string {
  const { flags, precision, letter } = spec;
  const base = BASES[letter] ?? 10;
  const digits = (value < 0n ? -value : value).toString(base);
  const padded = precision === 0 && value === 0n ? "" : digits.padStart(precision ?? 0, "0");
  const body = flags.includes("'") ? grouped(padded, base === 10 ? 3 : 4, base === 16 ? ":" : ",") : padded;
  const mark = flags.includes("#") && value !== 0n ? (MARKS[base] ?? "") : "";
  const text = `${mark}${body}`;
  return padNumber(spec, value < 0n, letter === "X" ? text.toUpperCase() : text, precision === null);
}

function grouped(digits: string, size: number, separator: string): string {
  const first = digits.length % size;
  const groups = first === 0 ? [] : [digits.slice(0, first)];
  for (let at = first; at < digits.length; at += size) groups.push(digits.slice(at, at + size));
  return groups.join(separator);
}

/** The sign, then zeros or spaces up to the width. */
function padNumber(
  { flags, width }: Specifier,
  negative: boolean,
  text: string,
  takesZeros: boolean,
): string {
  const sign = negative ? "-" : flags.includes("+") ? "+" : flags.includes(" ") ? " " : "";
  const missing = Math.max(0, width - sign.length - text.length);
  if (flags.includes("-")) return sign + text + " ".repeat(missing);
  if (flags.includes("0") && takesZeros) return sign + "0".repeat(missing) + text;
  return " ".repeat(missing) + sign + text;
}

function realText(spec: Specifier, value: DuckDBValue, kind: Kind): string {
  const { flags, letter } = spec;
  const isUpper = letter === letter.toUpperCase();
  const number = Number(kind === "numeric" ? numericText(value) : value);
  if (!Number.isFinite(number)) {
    const name = Number.isNaN(number) ? "nan" : "inf";
    return padNumber(spec, number < 0, isUpper ? name.toUpperCase() : name, false);
  }
  const isNegative = number < 0 || Object.is(number, -0);
  const exact = kind === "numeric" ? numericText(value).replace("-", "") : null;
  const plain = digitsOf(spec, Math.abs(number), exact);
  const [whole = "", rest = ""] = plain.split(/(?=[.e])(.*)/s);
  const text = (flags.includes("'") ? grouped(whole, 3, ",") : whole) + rest;
  return padNumber(spec, isNegative, isUpper ? text.toUpperCase() : text, true);
}

function digitsOf({ flags, letter, precision }: Specifier, value: number, exact: string | null): string {
  const digits = precision ?? 6;
  const keepsPoint = flags.includes("#");
  if (digits > 100) throw new Error("unsupported: FORMAT with more than 100 digits after the point");
  const lower = letter.toLowerCase();
  if (lower === "g") return generalText(value, Math.max(1, digits), keepsPoint);
  if (lower === "f") {
    const fixed = exact === null ? fixedText(value, digits) : fixedDecimal(exact, digits);
    return digits === 0 && keepsPoint ? `${fixed}.` : fixed;
  }
  const [mantissa = "", exponent = "0"] = value.toExponential(digits).split("e");
  return `${mantissa}${digits === 0 && keepsPoint ? "." : ""}e${exponentText(Number(exponent))}`;
}

/** toFixed writes an exponent from 1e21 on; such a double is an integer. */
function fixedText(value: number, digits: number): string {
  if (value < 1e21) return tieToEven(value, digits);
  return `${BigInt(value)}${digits > 0 ? `.${"0".repeat(digits)}` : ""}`;
}

/** C rounds an exact tie to the even digit, JavaScript away from zero. */
function tieToEven(value: number, digits: number): string {
  const rounded = value.toFixed(digits);
  if (digits > 20) return rounded;
  const exact = value.toFixed(Math.min(100, digits + 60)).replace(/0+$/, "");
  const [, fraction = ""] = exact.split(".");
  const isTie = fraction.length === digits + 1 && fraction.endsWith("5");
  if (!isTie) return rounded;
  const cut = digits === 0 ? (exact.split(".")[0] ?? "") : exact.slice(0, -1);
  return Number(cut.at(-1)) % 2 === 0 ? cut : rounded;
}

/** NUMERIC is rounded half away from zero, on its own digits. */
function fixedDecimal(text: string, digits: number): string {
  const [whole = "0", fraction = ""] = text.split(".");
  const kept = BigInt(whole + fraction.padEnd(digits, "0").slice(0, digits));
  const rounded = Number(fraction[digits] ?? "0") >= 5 ? kept + 1n : kept;
  const all = rounded.toString().padStart(digits + 1, "0");
  return digits === 0 ? all : `${all.slice(0, -digits)}.${all.slice(-digits)}`;
}

/** FORMAT, and the text of a value of any type. */
export const FORMAT_FUNCTIONS: readonly OwnFunction[] = [
  {
    name: "own_format",
    parameters: [VARCHAR],
    takesAny: true,
    seesNull: true,
    returns: VARCHAR,
    compute: format,
  },
];
