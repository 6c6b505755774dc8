import type { QueryFailure } from "../../warehouse.ts";

/** Codes of a failure that the author of a statement can mend. */
export type FailureCode = QueryFailure["code"];

/** A statement that cannot be answered; becomes a failure outcome. `message` is public. */
export class StatementFailure extends Error {
  override readonly name = "StatementFailure";
  readonly code: FailureCode;

  constructor(code: FailureCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** A statement that is refused before it runs; becomes an AppError in the server. `message` is public. */
export class StatementRefused extends Error {
  override readonly name = "StatementRefused";
  readonly code: "multiple_statements" | "write_not_allowed";

  constructor(code: "multiple_statements" | "write_not_allowed", message: string) {
    super(message);
    this.code = code;
  }
}

/** A failure that names what the embedded warehouse lacks. */
export function unsupported(what: string): StatementFailure {
  return new StatementFailure("unsupported_sql", `${what} is not supported by the embedded warehouse.`);
}

/** Our macros raise errors that hold one of these marks; what follows, up to a quote, is what went wrong. */
const RAISED = /\b(unsupported|unrecognized|error): ([^"']+)/;

/** What the statement itself raised with ERROR(…): its own words. */
const ERROR_CALL = /^Invalid Input Error: raised: ([\s\S]*)$/;
const MAX_RAISED_CHARACTERS = 1000;

/** Turns what DuckDB reports into a failure; keeps the sentence, drops our inner names, the excerpt and any path. */
export function toFailure(thrown: unknown): StatementFailure {
  if (thrown instanceof StatementFailure) return thrown;
  const raw = thrown instanceof Error ? thrown.message : String(thrown);
  const message = cleaned(raw);
  const own = ERROR_CALL.exec(raw)?.[1];
  if (own !== undefined) return new StatementFailure("query_failed", own.slice(0, MAX_RAISED_CHARACTERS));
  const [, kind, what = ""] = RAISED.exec(raw.split("\n")[0] ?? "") ?? [];
  if (kind === "unsupported") return unsupported(what.replace(/\.$/, "").trim());
  if (kind === "unrecognized") return new StatementFailure("invalid_query", `Unrecognized name: ${what}.`);
  if (kind === "error") return new StatementFailure("query_failed", sentence(what));
  if (/^Out of Memory Error/.test(raw)) {
    return new StatementFailure(
      "query_out_of_memory",
      "The statement needs more memory than the embedded warehouse has. Filter or aggregate earlier.",
    );
  }
  if (/^(Parser|Binder|Catalog) Error/.test(raw)) return new StatementFailure("invalid_query", message);
  return new StatementFailure("query_failed", message);
}

function cleaned(raw: string): string {
  const [first = ""] = raw.split(/\n\s*\n?LINE \d+:/);
  const text = first
    .replace(/^[A-Z][A-Za-z ]* Error: /, "")
    .replace(/\bgs_([a-z0-9_]+)/gi, (_, name: string) => name.toUpperCase())
    .replace(/"?\/warehouse\/[^\s"']*"?/g, "the table's file")
    .split("\n")[0]
    ?.trim();
  return sentence(text || "The statement failed");
}

function sentence(text: string): string {
  const capital = `${text.charAt(0).toUpperCase()}${text.slice(1, 1000)}`;
  return /[.!?]$/.test(capital) ? capital : `${capital}.`;
}
