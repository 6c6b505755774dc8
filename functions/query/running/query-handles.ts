import { QUERY_RESULT_LIFETIME_SECONDS } from "#shared/contract/limits.ts";
import { AppError } from "#shared/errors/app-error.ts";
import { createSigner } from "#shared/signing/create-signer.ts";
import type { PageFormat, PageReference } from "../warehouse/warehouse.ts";

/** A statement that its caller did not wait for, with what its answer needs to be what the caller asked for. */
export interface RunningQuery {
  readonly reference: PageReference;
  /** Names the statement in the logs, and its pages. */
  readonly queryId: string;
  /** As `fingerprintOf` says it: later pages are for the same statement alone. */
  readonly fingerprint: string;
  readonly format: PageFormat;
  readonly maxRows: number;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
}

/** Makes the query_id of a statement that still runs, and knows its own again, on every instance with the same key. */
export interface QueryHandles {
  /** @param owner who asked, as `ownerOf` says it: nobody else can use the handle */
  sign(running: RunningQuery, owner: string): string;
  /** @throws AppError `not_found`, the same whatever is wrong */
  verify(handle: string, owner: string): RunningQuery;
}

/** @param signingKey 32 characters or more */
export function createQueryHandles(signingKey: string): QueryHandles {
  const signer = createSigner({ keys: [signingKey], purpose: "query-handle" });
  return {
    sign({ reference, queryId, fingerprint, format, maxRows, startedAt }, owner) {
      const expiresAt = new Date(startedAt + QUERY_RESULT_LIFETIME_SECONDS * 1000);
      const payload = {
        r: reference,
        q: queryId,
        h: fingerprint,
        f: format,
        n: maxRows,
        t: startedAt,
        o: owner,
      };
      return signer.sign(payload, expiresAt);
    },
    verify(handle, owner) {
      const payload = signer.verify(handle)?.payload;
      if (!isPayload(payload) || payload.o !== owner) throw unknownQuery();
      const { r: reference, q: queryId, h: fingerprint, f: format, n: maxRows, t: startedAt } = payload;
      return { reference, queryId, fingerprint, format, maxRows, startedAt };
    },
  };
}

/** The same sentence for statements that never were, are forgotten, or belong to others. */
export function unknownQuery(): AppError {
  return new AppError(
    "not_found",
    "There is no such statement. get_query and cancel_query take the query_id of an answer with status running, for an hour, as long as the server that runs it stays up. Send the statement to query_bigquery again.",
  );
}

interface Payload {
  readonly r: PageReference;
  readonly q: string;
  readonly h: string;
  readonly f: PageFormat;
  readonly n: number;
  readonly t: number;
  readonly o: string;
}

/** What is signed is our own; an older version may have signed another shape. */
function isPayload(payload: unknown): payload is Payload {
  if (typeof payload !== "object" || payload === null) return false;
  const { r, q, h, f, n, t, o } = payload as Partial<Record<keyof Payload, unknown>>;
  const areTexts = [q, h, f, o].every((text) => typeof text === "string");
  return areTexts && typeof r === "object" && r !== null && typeof n === "number" && typeof t === "number";
}
