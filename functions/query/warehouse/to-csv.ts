import type { Cell, Field, Row } from "./warehouse.ts";

const NEEDS_QUOTES = /[",\r\n]/;

/** The header line with its line end. */
export function toCsvHeader(schema: readonly Field[]): string {
  return toLine(schema.map(({ name }) => quote(name)));
}

/**
 * One record with its line end (RFC 4180): NULL is empty and an empty text is `""`, ARRAY and STRUCT are JSON.
 * @param schema decides the order of the fields
 */
export function toCsvLine(schema: readonly Field[], row: Row): string {
  return toLine(schema.map(({ name }) => toField(row[name] ?? null)));
}

function toLine(fields: readonly string[]): string {
  return `${fields.join(",")}\r\n`;
}

function toField(cell: Cell): string {
  if (cell === null) return "";
  if (typeof cell === "string") return quote(cell);
  return typeof cell === "object" ? quote(JSON.stringify(cell)) : String(cell);
}

function quote(text: string): string {
  return text === "" || NEEDS_QUOTES.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
