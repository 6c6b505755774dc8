import type { AuditTrail } from "../audit/audit-trail.ts";
import type { CallNotes } from "../audit/call-notes.ts";
import type { Principal } from "../auth/principal.ts";
import type { ErrorCode } from "../contract/errors.ts";
import type { Operation } from "../contract/operation.ts";

/** One answered call. */
export interface AnsweredCall {
  readonly operation: Operation | null;
  /** Null when nobody knows who it was. */
  readonly principal: Principal | null;
  readonly notes: CallNotes;
  readonly status: number;
  /** The error's code, when the answer is one. */
  readonly code: ErrorCode | null;
  readonly durationMs: number;
  readonly requestId: string;
}

/**
 * Writes a call down, where its operation is one of those that are kept. What was turned away for coming too often has done nothing, and
 * would only fill the trail.
 */
export async function recordCall(trail: AuditTrail | null, call: AnsweredCall): Promise<void> {
  const { operation, principal, notes, status, code, durationMs, requestId } = call;
  if (trail === null || principal === null || operation?.audited === undefined) return;
  if (code === "rate_limited") return;
  await trail.record({
    at: new Date(),
    principalId: principal.id,
    principalName: principal.name,
    client: principal.client,
    operation: operation.operationId,
    outcome: code ?? notes.outcome ?? "ok",
    status,
    durationMs: Math.round(durationMs),
    costUsd: notes.costUsd,
    bytes: notes.bytes,
    text: notes.text,
    requestId,
  });
}
