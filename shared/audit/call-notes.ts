import type { Operation } from "../contract/operation.ts";

/** What the audit trail is to know of a call beside who made it: written on the way, read at the end. */
export interface CallNotes {
  /** The program or the SQL. */
  text: string | null;
  /** What a successful answer says; null until there is one. */
  outcome: string | null;
  /** Bytes that a statement read. */
  bytes: number | null;
  /** US dollars that were spent. */
  costUsd: number | null;
  /** True for a further page of what was paid for before. */
  isFurtherPage: boolean;
}

/** The notes of a call that has just begun. */
export function createCallNotes(): CallNotes {
  return { text: null, outcome: null, bytes: null, costUsd: null, isFurtherPage: false };
}

/** Notes what was asked: also of a call that fails afterwards. */
export function noteInput(notes: CallNotes, operation: Operation, input: unknown): void {
  const field = operation.audited?.text;
  if (field !== undefined) notes.text = textOf(input, field);
  notes.isFurtherPage = textOf(input, "page_token") !== null;
}

/** Notes what came of it: a failure inside a successful answer by its code, work that goes on as `running`. */
export function noteAnswer(notes: CallNotes, answer: unknown): void {
  const isFailure = memberOf(answer, "success") === false;
  const isRunning = memberOf(answer, "status") === "running";
  if (isRunning) notes.outcome = "running";
  else notes.outcome = isFailure ? (textOf(answer, "code") ?? "failed") : "ok";
  if (notes.isFurtherPage) return;
  notes.bytes = numberOf(answer, "bytes_processed");
  // Without billed bytes it is what a statement would cost.
  if (numberOf(answer, "bytes_billed") !== null) notes.costUsd = numberOf(answer, "estimated_cost_usd");
}

function memberOf(value: unknown, name: string): unknown {
  if (typeof value !== "object" || value === null) return undefined;
  return (value as Readonly<Record<string, unknown>>)[name];
}

function textOf(value: unknown, name: string): string | null {
  const member = memberOf(value, name);
  return typeof member === "string" ? member : null;
}

function numberOf(value: unknown, name: string): number | null {
  const member = memberOf(value, name);
  return typeof member === "number" ? member : null;
}
