import { unsupported } from "../failure.ts";
import { type Cursor, isWord, type Node } from "../syntax/syntax-tree.ts";

const PARTS = [
  ...["MICROSECOND", "MILLISECOND", "SECOND", "MINUTE", "HOUR"],
  ...["DAY", "WEEK", "MONTH", "QUARTER", "YEAR"],
];
/** What a range may run over, in the order of its text. */
const RANGE = ["YEAR", "MONTH", "DAY", "HOUR", "MINUTE", "SECOND"];
const SECOND_MICROS = 1_000_000;
const MICROS: Readonly<Record<string, number>> = {
  HOUR: 3600 * SECOND_MICROS,
  MINUTE: 60 * SECOND_MICROS,
  SECOND: SECOND_MICROS,
};

/**
 * Writes `INTERVAL n PART` and `INTERVAL 'text' PART TO PART`.
 * @returns false when there is none
 * @throws StatementFailure `unsupported_sql` for another form
 */
export function writeInterval(cursor: Cursor, push: (text: string) => void): boolean {
  const rest = cursor.nodes.slice(cursor.at + 1);
  const length = rest.findIndex((node) => isWord(node, ...PARTS));
  const part = rest[length];
  if (length < 1 || !isWord(part, ...PARTS)) throw unsupported("This form of INTERVAL");
  if (isWord(rest[length + 1], "TO")) {
    push(range(rest.slice(0, length), part.text.toUpperCase(), rest[length + 2]));
    cursor.at += length + 4;
    return true;
  }
  push(`GS_INTERVAL_${part.text.toUpperCase()}(${cursor.write(rest.slice(0, length))})`);
  cursor.at += length + 2;
  return true;
}

/** `'1-2' YEAR TO MONTH`, `'-1 10:30:00' DAY TO SECOND`: each group of the text has its own sign. */
function range(value: readonly Node[], from: string, to: Node | undefined): string {
  const [text] = value;
  const first = RANGE.indexOf(from);
  const last = to?.kind === "word" ? RANGE.indexOf(to.text.toUpperCase()) : -1;
  if (value.length !== 1 || text?.kind !== "string" || first < 0 || last <= first)
    throw unsupported("This form of INTERVAL");
  const names = RANGE.slice(first, last + 1);
  const found = new RegExp(`^${patternOf(names)}$`).exec(text.text.trim());
  if (found === null) throw unsupported(`The INTERVAL ${text.text.slice(0, 40)}`);
  const sum = { months: 0, days: 0, micros: 0 };
  for (const name of names) addPart(sum, name, found.groups ?? {});
  return `GS_INNER_INTERVAL(${sum.months}, ${sum.days}, ${sum.micros})`;
}

/** Years and months are one group, days one, the clock one. */
function patternOf(names: readonly string[]): string {
  const group = (sign: string, members: readonly string[], separator: string) => {
    const own = members.filter((name) => names.includes(name));
    const digits = (name: string) =>
      name === "SECOND" ? "(?<SECOND>\\d+)(?:\\.(?<FRACTION>\\d{1,6}))?" : `(?<${name}>\\d+)`;
    return own.length === 0 ? [] : [`(?<${sign}>[+-]?)${own.map(digits).join(separator)}`];
  };
  return [
    ...group("sign1", ["YEAR", "MONTH"], "-"),
    ...group("sign2", ["DAY"], ""),
    ...group("sign3", ["HOUR", "MINUTE", "SECOND"], ":"),
  ].join("\\s+");
}

function addPart(
  sum: { months: number; days: number; micros: number },
  name: string,
  found: Readonly<Record<string, string | undefined>>,
): void {
  const count = Number(found[name] ?? 0);
  const sign = (mark: string) => (found[mark] === "-" ? -1 : 1);
  if (name === "YEAR" || name === "MONTH") sum.months += sign("sign1") * count * (name === "YEAR" ? 12 : 1);
  else if (name === "DAY") sum.days += sign("sign2") * count;
  else sum.micros += sign("sign3") * count * (MICROS[name] ?? 0);
  if (name === "SECOND") sum.micros += sign("sign3") * Number((found["FRACTION"] ?? "").padEnd(6, "0"));
}
