import { randomBytes } from "node:crypto";

/** Ids begin with the time that is left until the year 10889, so that ids in order are executions from the newest to the oldest. */
const LAST_MS = 2 ** 48 - 1;
const TIME_DIGITS = 12;

/** A new name of an execution: nobody can guess it. */
export function createExecutionId(): string {
  const rest = (LAST_MS - Date.now()).toString(16).padStart(TIME_DIGITS, "0");
  return `${rest}-${randomBytes(16).toString("hex")}`;
}

/** When an id was made, in milliseconds since 1970. */
export function timeOf(executionId: string): number {
  return LAST_MS - Number.parseInt(executionId.slice(0, TIME_DIGITS), 16);
}
