import { randomUUID } from "node:crypto";
import { EXPIRES_AT, PUT_ID } from "./found-object.ts";

/** What is put: its place, its end, and a name for this one put. */
export interface NewObject {
  readonly key: string;
  readonly putId: string;
  readonly metadata: Readonly<Record<string, string>>;
  /** Lifecycle rules of the bucket go by it: `daysSinceCustomTime`. RFC 3339. */
  readonly customTime: string;
  readonly ifAbsent: boolean;
}

/** The end of the years that RFC 3339 can write. */
const LAST_MS = Date.UTC(9999, 11, 31);

/** Describes an object before it is put. */
export function createNewObject(key: string, expiresAtMs: number, ifAbsent: boolean): NewObject {
  const putId = randomUUID();
  return {
    key,
    putId,
    metadata: { [EXPIRES_AT]: String(expiresAtMs), [PUT_ID]: putId },
    customTime: new Date(Math.min(expiresAtMs, LAST_MS)).toISOString(),
    ifAbsent,
  };
}
