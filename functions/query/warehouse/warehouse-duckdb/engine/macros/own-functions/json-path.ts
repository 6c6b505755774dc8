import { type JsonValue, numberSource } from "./json-text.ts";

const STEP = /\.([^.[\]"'*\s]+)|\[\s*(\d+)\s*\]|\."((?:[^"\\]|\\.)*)"|\.'((?:[^'\\]|\\.)*)'/y;
const LEGACY_STEP = /\.([^.[\]"'*\s]+)|\[\s*(\d+)\s*\]|\['((?:[^'\\]|\\.)*)'\]|\["((?:[^"\\]|\\.)*)"\]/y;

/** The last paths, because a statement asks each of its rows for the same ones. */
const KNOWN = new Map<string, readonly string[]>();
const MAX_KNOWN = 200;

/**
 * Reads a JSONPath: `$.a."b c"[0]`; the legacy functions write `$['b c']` for a name with other characters.
 * @throws Error for a path that is none
 */
export function parsePath(path: string, legacy: boolean): readonly string[] {
  const key = `${legacy}${path}`;
  const known = KNOWN.get(key);
  if (known !== undefined) return known;
  const steps = readSteps(path, legacy ? LEGACY_STEP : STEP);
  if (KNOWN.size >= MAX_KNOWN) KNOWN.clear();
  KNOWN.set(key, steps);
  return steps;
}

function readSteps(path: string, pattern: RegExp): string[] {
  if (!path.startsWith("$")) throw new Error("error: A JSONPath must start with '$'");
  const steps: string[] = [];
  let at = 1;
  while (at < path.length) {
    pattern.lastIndex = at;
    const step = pattern.exec(path);
    if (step === null)
      throw new Error(`error: Invalid JSONPath at: ${path.slice(at, at + 60).replace(/["']/g, "")}`);
    const quoted = step[3] ?? step[4];
    steps.push(step[1] ?? step[2] ?? quoted?.replace(/\\(.)/gs, "$1") ?? "");
    at += step[0].length;
  }
  return steps;
}

/** The value below the steps; undefined when there is none. */
export function atPath(json: JsonValue, steps: readonly string[]): JsonValue | undefined {
  let value: JsonValue | undefined = json;
  for (const step of steps) {
    if (typeof value !== "object" || value === null || numberSource(value) !== null) return undefined;
    const isReachable: boolean = !Array.isArray(value) || /^\d+$/.test(step);
    value =
      isReachable && Object.hasOwn(value, step) ? (value as { [name: string]: JsonValue })[step] : undefined;
  }
  return value;
}
