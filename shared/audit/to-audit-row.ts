import { createHash } from "node:crypto";
import type { Insertable } from "kysely";
import type { AuditEvents } from "../database/tables.ts";
import type { AuditEvent } from "./audit-trail.ts";

const MOST_NAME_CHARACTERS = 256;
const MOST_TEXT_CHARACTERS = 100_000;

/** The row of an event: of its text the hash and the size, and the text itself only when it is to be kept. */
export function toAuditRow(event: AuditEvent, keepsText: boolean): Insertable<AuditEvents> {
  const { text = null } = event;
  return {
    at: event.at,
    principalId: storable(event.principalId, MOST_NAME_CHARACTERS),
    principalName: storable(event.principalName, MOST_NAME_CHARACTERS),
    client: event.client === null ? null : storable(event.client, MOST_NAME_CHARACTERS),
    operation: event.operation,
    outcome: storable(event.outcome, MOST_NAME_CHARACTERS),
    status: event.status,
    durationMs: Math.min(Math.round(event.durationMs), 2 ** 31 - 1),
    costUsd: event.costUsd ?? null,
    bytes: event.bytes ?? null,
    textSha256: text === null ? null : createHash("sha256").update(text).digest("hex"),
    textBytes: text === null ? null : Buffer.byteLength(text),
    text: text !== null && keepsText ? storable(text, MOST_TEXT_CHARACTERS) : null,
    requestId: event.requestId,
  };
}

/** PostgreSQL's text has no NUL, and no half of a character. */
function storable(text: string, most: number): string {
  return text.slice(0, most).toWellFormed().replaceAll("\0", "\uFFFD");
}
