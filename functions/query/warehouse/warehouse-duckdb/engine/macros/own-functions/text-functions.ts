import { createHash } from "node:crypto";
import {
  BIGINT,
  BLOB,
  DuckDBBlobValue,
  DuckDBListValue,
  type DuckDBValue,
  LIST,
  VARCHAR,
} from "@duckdb/node-api";
import { farmFingerprint } from "./farm-fingerprint.ts";
import type { OwnFunction } from "./own-function.ts";
import { bytesOf, elementsOf } from "./value-text.ts";

const text = (value: DuckDBValue | undefined) => String(value);
const number = (value: DuckDBValue | undefined) => Number(value);

/** What separates words for INITCAP when nothing is said. */
const WORD_DELIMITERS = new Set(' \t\n\r\v\f[](){}/|<>!?@"^#$&~_,.:;*%+-');

/** The first character of each word in capitals, the others small. */
function initcap(source: string, delimiters: ReadonlySet<string>): string {
  let startsWord = true;
  let result = "";
  for (const char of source) {
    const isDelimiter = delimiters.has(char);
    if (isDelimiter) result += char;
    else result += startsWord ? titleCase(char) : char.toLowerCase();
    startsWord = isDelimiter;
  }
  return result;
}

/** One character only, as ICU's simple mapping gives it: "ß" stays. */
function titleCase(char: string): string {
  const upper = char.toUpperCase();
  return [...upper].length === 1 ? upper : char;
}

/**
 * The place, from 1, where a part occurs for the n-th time, searching from a place; a negative one counts from the end and
 * searches backwards. Occurrences may overlap. 0 when there is none.
 */
function instr<T>(source: readonly T[], part: readonly T[], from: number, occurrence: number): number {
  if (from === 0) throw new Error("error: INSTR: the position must not be 0");
  if (occurrence < 1) throw new Error("error: INSTR: the occurrence must be at least 1");
  const last = source.length - part.length;
  if (last < 0 || part.length === 0) return 0;
  const step = from > 0 ? 1 : -1;
  let at = from > 0 ? from - 1 : Math.min(last, source.length + from);
  for (let left = occurrence; at >= 0 && at <= last; at += step) {
    if (part.every((item, i) => source[at + i] === item)) left -= 1;
    if (left === 0) return at + 1;
  }
  return 0;
}

const SOUNDEX_CODES = "01230120022455012623010202";

/** The letter and three digits of how a word sounds; vowels, H, W and Y do not part equal codes. */
function soundex(source: string): string {
  let result = "";
  let previous = "";
  for (const letter of source) {
    const code = /^[A-Za-z]$/.test(letter)
      ? SOUNDEX_CODES[letter.toUpperCase().charCodeAt(0) - 65]
      : undefined;
    if (code === undefined) continue;
    const isAdded = result === "" || (code !== "0" && code !== previous);
    if (!isAdded) continue;
    result += result === "" ? letter : code;
    previous = code;
    if (result.length === 4) break;
  }
  return result === "" ? "" : result.padEnd(4, "0");
}

function fromCodePoint(code: number): string {
  const isValid = code >= 0 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff);
  if (!isValid) throw new Error(`error: Invalid codepoint ${code}`);
  return code === 0 ? "\0" : String.fromCodePoint(code);
}

/** Unicode's case folding, as far as JavaScript knows it: small letters of the capitals. */
function foldCase(source: string): string {
  return source.toUpperCase().toLowerCase().replaceAll("ς", "σ").replaceAll("ß", "ss");
}

const NORMAL_FORMS: ReadonlySet<string> = new Set(["NFC", "NFD", "NFKC", "NFKD"]);

function normalize(source: string, mode: string): string {
  const form = mode.toUpperCase();
  if (!NORMAL_FORMS.has(form)) throw new Error("error: NORMALIZE: the mode is NFC, NFKC, NFD or NFKD");
  return source.normalize(form);
}

function strictText(bytes: Buffer): string {
  const whole = bytes.toString("utf8");
  if (!Buffer.from(whole).equals(bytes)) throw new Error("error: The bytes are no valid UTF-8");
  return whole;
}

/** Longest texts whose distance is counted: the time grows with the product of their lengths. */
const MAX_DISTANCE_PRODUCT = 4_000_000;

/** How many characters must be put in, left out or changed to make one text the other. */
function editDistance(first: string, second: string): bigint {
  const [a, b] = [[...first], [...second]];
  if (a.length * b.length > MAX_DISTANCE_PRODUCT)
    throw new Error("unsupported: EDIT_DISTANCE of such long texts");
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (const [i, char] of a.entries()) {
    const next = [i + 1];
    for (const [j, other] of b.entries()) {
      const changed = (row[j] ?? 0) + (char === other ? 0 : 1);
      next.push(Math.min(changed, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return BigInt(row[b.length] ?? 0);
}

const BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

function toBase32(bytes: Buffer): string {
  const bits = Array.from(bytes, (byte) => byte.toString(2).padStart(8, "0")).join("");
  const digits = (bits.match(/.{1,5}/g) ?? []).map((five) => BASE32[Number.parseInt(five.padEnd(5, "0"), 2)]);
  return digits.join("").padEnd(Math.ceil(digits.length / 8) * 8, "=");
}

function fromBase32(source: string): DuckDBBlobValue {
  const digits = source.replace(/=+$/, "");
  if (source.length % 8 !== 0 || !/^[A-Z2-7]*$/.test(digits)) throw new Error("error: The text is no base32");
  const bits = [...digits].map((digit) => BASE32.indexOf(digit).toString(2).padStart(5, "0")).join("");
  const bytes = (bits.match(/.{8}/g) ?? []).map((eight) => Number.parseInt(eight, 2));
  return new DuckDBBlobValue(Uint8Array.from(bytes));
}

const list = (items: readonly DuckDBValue[]) => new DuckDBListValue(items);

/** Functions of STRING and BYTES. */
export const TEXT_FUNCTIONS: readonly OwnFunction[] = [
  {
    name: "own_initcap",
    parameters: [VARCHAR],
    returns: VARCHAR,
    compute: ([x]) => initcap(text(x), WORD_DELIMITERS),
  },
  {
    name: "own_initcap_with",
    parameters: [VARCHAR, VARCHAR],
    returns: VARCHAR,
    compute: ([x, delimiters]) => initcap(text(x), new Set(text(delimiters))),
  },
  {
    name: "own_instr",
    parameters: [VARCHAR, VARCHAR, BIGINT, BIGINT],
    returns: BIGINT,
    compute: ([x, part, from, nth]) =>
      BigInt(instr([...text(x)], [...text(part)], number(from), number(nth))),
  },
  {
    name: "own_instr_bytes",
    parameters: [BLOB, BLOB, BIGINT, BIGINT],
    returns: BIGINT,
    compute: ([x, part, from, nth]) =>
      BigInt(instr([...bytesOf(x ?? null)], [...bytesOf(part ?? null)], number(from), number(nth))),
  },
  { name: "own_soundex", parameters: [VARCHAR], returns: VARCHAR, compute: ([x]) => soundex(text(x)) },
  {
    name: "own_normalize",
    parameters: [VARCHAR, VARCHAR],
    returns: VARCHAR,
    compute: ([x, mode]) => normalize(text(x), text(mode)),
  },
  {
    name: "own_normalize_and_casefold",
    parameters: [VARCHAR, VARCHAR],
    returns: VARCHAR,
    compute: ([x, mode]) => normalize(foldCase(normalize(text(x), text(mode))), text(mode)),
  },
  {
    name: "own_code_points",
    parameters: [VARCHAR],
    returns: LIST(BIGINT),
    compute: ([x]) => list([...text(x)].map((char) => BigInt(char.codePointAt(0) ?? 0))),
  },
  {
    name: "own_code_points_of_bytes",
    parameters: [BLOB],
    returns: LIST(BIGINT),
    compute: ([x]) => list([...bytesOf(x ?? null)].map(BigInt)),
  },
  {
    name: "own_text_of_code_points",
    parameters: [LIST(BIGINT)],
    returns: VARCHAR,
    compute: ([codes]) => {
      const all = elementsOf(codes ?? null);
      return all.includes(null) ? null : all.map((code) => fromCodePoint(number(code))).join("");
    },
  },
  {
    name: "own_bytes_of_code_points",
    parameters: [LIST(BIGINT)],
    returns: BLOB,
    compute: ([codes]) => {
      const all = elementsOf(codes ?? null);
      if (all.includes(null)) return null;
      const wrong = all.find((code) => number(code) < 0 || number(code) > 255);
      if (wrong !== undefined) throw new Error(`error: Invalid ASCII value ${number(wrong)}`);
      return new DuckDBBlobValue(Uint8Array.from(all, number));
    },
  },
  {
    name: "own_safe_text",
    parameters: [BLOB],
    returns: VARCHAR,
    // What is no UTF-8 becomes U+FFFD.
    compute: ([x]) => bytesOf(x ?? null).toString("utf8"),
  },
  {
    name: "own_strict_text",
    parameters: [BLOB],
    returns: VARCHAR,
    compute: ([x]) => strictText(bytesOf(x ?? null)),
  },
  {
    name: "own_farm_fingerprint",
    parameters: [BLOB],
    returns: BIGINT,
    compute: ([x]) => farmFingerprint(bytesOf(x ?? null)),
  },
  { name: "own_upper", parameters: [VARCHAR], returns: VARCHAR, compute: ([x]) => text(x).toUpperCase() },
  { name: "own_lower", parameters: [VARCHAR], returns: VARCHAR, compute: ([x]) => text(x).toLowerCase() },
  {
    name: "own_reverse",
    parameters: [VARCHAR],
    returns: VARCHAR,
    compute: ([x]) => [...text(x)].reverse().join(""),
  },
  {
    name: "own_edit_distance",
    parameters: [VARCHAR, VARCHAR],
    returns: BIGINT,
    compute: ([x, y]) => editDistance(text(x), text(y)),
  },
  {
    name: "own_sha512",
    parameters: [BLOB],
    returns: BLOB,
    compute: ([x]) =>
      new DuckDBBlobValue(
        createHash("sha512")
          .update(bytesOf(x ?? null))
          .digest(),
      ),
  },
  {
    name: "own_to_base32",
    parameters: [BLOB],
    returns: VARCHAR,
    compute: ([x]) => toBase32(bytesOf(x ?? null)),
  },
  { name: "own_from_base32", parameters: [VARCHAR], returns: BLOB, compute: ([x]) => fromBase32(text(x)) },
  {
    name: "own_error",
    parameters: [VARCHAR],
    returns: VARCHAR,
    compute: ([message]) => {
      throw new Error(text(message));
    },
  },
];
