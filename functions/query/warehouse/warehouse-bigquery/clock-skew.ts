import { memberOf } from "./rest-value.ts";

/** Google takes a signature that is some minutes off. */
const HARMLESS_MINUTES = 3;
const MS_PER_MINUTE = 60_000;

/**
 * Says how far this machine's clock is off, by the date of an answer (RFC 9110 §6.6.1): a key signs with the time, and Google refuses
 * signatures of another time like those of a wrong key.
 * @param thrown what the client library threw
 * @returns a sentence for the owner; null when the clock is right or the answer has no date
 */
export function clockFault(thrown: unknown, now: number = Date.now()): string | null {
  const headers = memberOf(memberOf(thrown, "response"), "headers");
  const given: unknown = headers instanceof Headers ? headers.get("date") : memberOf(headers, "date");
  const googles = typeof given === "string" ? Date.parse(given) : Number.NaN;
  const minutes = Math.round((now - googles) / MS_PER_MINUTE);
  if (Number.isNaN(googles) || Math.abs(minutes) <= HARMLESS_MINUTES) return null;
  const way = minutes > 0 ? "ahead of" : "behind";
  return `The server's clock is ${Math.abs(minutes)} minutes ${way} Google's, so BigQuery does not accept what it signs. The owner must set the clock of the machine right.`;
}
