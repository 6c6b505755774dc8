import type { Coordinate } from "./chart.ts";

const LONGEST_TEXT = 200;

/** True for a JSON object. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** @returns a text of 200 characters at most, well-formed; null for anything else and for an empty one */
export function parseText(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value.slice(0, LONGEST_TEXT).toWellFormed() : null;
}

/** @returns null for anything that is no finite number: 1e999 is read as infinity, which JSON cannot say again */
export function parseNumber(value: unknown): number | null {
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}

/** @returns a number, a text, or null for anything else */
export function parseCoordinate(value: unknown): Coordinate {
  return typeof value === "number" ? parseNumber(value) : parseText(value);
}

/**
 * All of a list, or nothing of it.
 * @param parse returns null for what is not well-formed
 * @returns null when it is no list, is longer than `most`, or has something in it that is not well-formed
 */
export function parseList<T extends object>(
  value: unknown,
  most: number,
  parse: (item: unknown) => T | null,
): T[] | null {
  if (!Array.isArray(value) || value.length > most) return null;
  const items = value.map(parse).filter((item) => item !== null);
  return items.length === value.length ? items : null;
}

/** A list of numbers or texts. @returns null when it is no list or longer than `most` */
export function parseCoordinates(value: unknown, most: number): Coordinate[] | null {
  return Array.isArray(value) && value.length <= most ? value.map(parseCoordinate) : null;
}

/** A list of numbers. @returns null when it is no list or longer than `most` */
export function parseNumbers(value: unknown, most: number): (number | null)[] | null {
  return Array.isArray(value) && value.length <= most ? value.map(parseNumber) : null;
}
