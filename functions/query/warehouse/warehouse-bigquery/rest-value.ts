/** The list in a member of an answer, untrusted. @throws TypeError when there is none */
export function membersOf(value: unknown, key: "f" | "fields"): readonly unknown[] {
  const members = memberOf(value, key);
  if (!Array.isArray(members)) throw new TypeError(`An answer has no list "${key}".`);
  return members;
}

/** What a cell in the REST form, `{v}`, holds. @throws TypeError when it is no cell */
export function contentOf(cell: unknown): unknown {
  if (typeof cell !== "object" || cell === null || !("v" in cell))
    throw new TypeError("A cell has no value.");
  return cell.v;
}

/** A member of an object; undefined for everything else. */
export function memberOf(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined;
}

/** A text of an answer; null when it is none, or empty. */
export function textOf(value: unknown, key: string): string | null {
  const text = memberOf(value, key);
  return typeof text === "string" && text !== "" ? text : null;
}

/** A count of an answer, which the REST API writes as a string; null when it is none that a number can hold. */
export function countOf(value: unknown, key: string): number | null {
  const given = memberOf(value, key);
  const count =
    typeof given === "number" || typeof given === "string" ? Number(given || Number.NaN) : Number.NaN;
  return Number.isSafeInteger(count) && count >= 0 ? count : null;
}
