/** A member of what was sent; undefined when there is none. */
export function memberOf(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined;
}

/** A text of what was sent. */
export function textOf(value: unknown, key: string): string | undefined {
  const text = memberOf(value, key);
  return typeof text === "string" ? text : undefined;
}

/** A number that may have been sent as a text. */
export function numberOf(value: unknown, key: string): number | undefined {
  const given = memberOf(value, key);
  return given === undefined || given === null ? undefined : Number(given);
}

/** A list of what was sent; empty when it is none. */
export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
