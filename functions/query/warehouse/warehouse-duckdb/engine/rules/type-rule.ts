import { unsupported } from "../failure.ts";
import {
  isParentheses,
  isSymbol,
  isWord,
  type Node,
  splitByComma,
  type Write,
} from "../syntax/syntax-tree.ts";

/** GoogleSQL's scalar types with the name that our cast macros have for them. */
export const MACRO_TYPES: Readonly<Record<string, string>> = {
  INT64: "INT64",
  INT: "INT64",
  INTEGER: "INT64",
  BIGINT: "INT64",
  SMALLINT: "INT64",
  TINYINT: "INT64",
  BYTEINT: "INT64",
  FLOAT64: "FLOAT64",
  NUMERIC: "NUMERIC",
  DECIMAL: "NUMERIC",
  BIGNUMERIC: "BIGNUMERIC",
  BIGDECIMAL: "BIGNUMERIC",
  BOOL: "BOOL",
  BOOLEAN: "BOOL",
  STRING: "STRING",
  BYTES: "BYTES",
  DATE: "DATE",
  TIME: "TIME",
  DATETIME: "DATETIME",
  TIMESTAMP: "TIMESTAMP",
  JSON: "JSON",
};

/** A type as GoogleSQL writes it; `scalar` is the name of its cast macro. */
export type SqlType =
  | { readonly kind: "scalar"; readonly scalar: string }
  | { readonly kind: "array"; readonly item: SqlType }
  | {
      readonly kind: "struct";
      readonly fields: readonly { readonly name: string | null; readonly type: SqlType }[];
    };

interface Reader {
  readonly nodes: readonly Node[];
  at: number;
  /** True when the first half of `>>` has closed something. */
  half: boolean;
}

/**
 * Reads the type that starts at a place.
 * @returns the type and how many nodes it takes
 * @throws StatementFailure `unsupported_sql` for a type that is none of ours
 */
export function readType(
  nodes: readonly Node[],
  at: number,
): { readonly type: SqlType; readonly length: number } {
  const reader: Reader = { nodes, at, half: false };
  const type = readOne(reader);
  return { type, length: reader.at - at };
}

function readOne(reader: Reader): SqlType {
  const word = reader.nodes[reader.at];
  const name = word?.kind === "word" ? word.text.toUpperCase() : "";
  reader.at += 1;
  const hasParts = isSymbol(reader.nodes[reader.at], "<");
  if (hasParts && name === "ARRAY") {
    reader.at += 1;
    const item = readOne(reader);
    close(reader);
    return { kind: "array", item };
  }
  if (hasParts && name === "STRUCT") return readStruct(reader);
  const scalar = MACRO_TYPES[name];
  if (scalar === undefined || isParentheses(reader.nodes[reader.at]))
    throw unsupported(`The type ${name.slice(0, 60) || "here"}`);
  return { kind: "scalar", scalar };
}

function readStruct(reader: Reader): SqlType {
  const fields: { name: string | null; type: SqlType }[] = [];
  do {
    reader.at += 1;
    const [first, second] = reader.nodes.slice(reader.at, reader.at + 2);
    const isNamed = (first?.kind === "word" || first?.kind === "quoted") && second?.kind === "word";
    if (isNamed) reader.at += 1;
    fields.push({ name: isNamed ? first.text : null, type: readOne(reader) });
  } while (!reader.half && isSymbol(reader.nodes[reader.at], ","));
  close(reader);
  return { kind: "struct", fields };
}

function close(reader: Reader): void {
  const node = reader.nodes[reader.at];
  if (isSymbol(node, ">>") && !reader.half) {
    reader.half = true;
    return;
  }
  if (!isSymbol(node, ">") && !isSymbol(node, ">>")) throw unsupported("This form of a type");
  reader.half = false;
  reader.at += 1;
}

const TIMES = ["DATE", "TIME", "DATETIME", "TIMESTAMP"];

/**
 * Writes a value as a type. The fields of a struct and the elements of an array that are written out are taken by their place, as
 * DuckDB itself would match fields by name.
 */
export function writeAs(type: SqlType, nodes: readonly Node[], write: Write): string {
  const [only] = nodes;
  if (type.kind === "array" && nodes.length === 1 && only?.kind === "group" && only.open === "[") {
    const items = splitByComma(only.items).map((item) => writeAs(type.item, item, write));
    return like(`[${items.join(", ")}]`, type);
  }
  const parts = type.kind === "struct" ? structParts(nodes, type.fields.length) : null;
  if (type.kind === "struct" && parts !== null) {
    const values = type.fields.map((field, i) => writeAs(field.type, parts[i] ?? [], write));
    return structText(type.fields.map((field, i) => ({ name: field.name, text: values[i] ?? "NULL" })));
  }
  const isTimeText = type.kind === "scalar" && TIMES.includes(type.scalar) && only?.kind === "string";
  if (isTimeText && nodes.length === 1) return `GS_CAST_${type.scalar}(${write(nodes)})`;
  return like(write(nodes), type);
}

function structParts(nodes: readonly Node[], count: number): Node[][] | null {
  const group =
    isWord(nodes[0], "STRUCT") && nodes.length === 2 ? nodes[1] : nodes.length === 1 ? nodes[0] : null;
  if (!group || !isParentheses(group)) return null;
  const parts = splitByComma(group.items).map((part) => {
    const as = part.findLastIndex((node) => isWord(node, "AS"));
    return as > 0 && as === part.length - 2 ? part.slice(0, as) : part;
  });
  return parts.length === count ? parts : null;
}

/** Writes a struct from the texts of its fields. DuckDB's own form without names takes on the names of what it is put beside. */
export function structText(
  fields: readonly { readonly name: string | null; readonly text: string }[],
): string {
  if (fields.every(({ name }) => name === null)) {
    const all = fields.map(({ text }) => text).join(", ");
    return fields.length === 1 ? `GS_INNER_ROW(${all})` : `(${all})`;
  }
  const named = fields.map(({ name, text }, i) => `${keepName(text)} AS \`${name ?? `_field_${i + 1}`}\``);
  return `STRUCT(${named.join(", ")})`;
}

/** Within a join that looks at the row before, DuckDB forgets the name of a field whose value is a macro. */
function keepName(text: string): string {
  return /\bGS_|[-*/]|<<|>>/.test(text) ? `CASE WHEN TRUE THEN ${text} END` : text;
}

function like(text: string, type: SqlType): string {
  return `GS_INNER_LIKE(${text}, ${example(type)})`;
}

/** A value of the type, which is never computed. */
function example(type: SqlType): string {
  if (type.kind === "scalar") return `GS_CAST_${type.scalar}(NULL)`;
  if (type.kind === "array") return `[${example(type.item)}]`;
  return structText(type.fields.map(({ name, type: inner }) => ({ name, text: example(inner) })));
}
