import { ERRORS, type ErrorCode } from "#shared/contract/errors.ts";
import { QUERY_RESULT_LIFETIME_SECONDS } from "#shared/contract/limits.ts";
import type { ObjectStore } from "#shared/object-store/object-store.ts";
import type { QueryOutcome } from "../../warehouse.ts";

/** What a statement came to that ended without its caller: an outcome, or an error to throw to whoever asks. */
export type StoredOutcome =
  | QueryOutcome
  | { readonly kind: "error"; readonly code: ErrorCode; readonly message: string };

/** Keeps what statements came to, for as long as their results are kept. */
export interface OutcomeStore {
  /** @throws AppError `storage_unavailable` */
  save(id: string, outcome: StoredOutcome): Promise<void>;
  /** @returns null when nothing is kept under the id, or it is none @throws AppError `storage_unavailable` */
  find(id: string): Promise<StoredOutcome | null>;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const KINDS: ReadonlySet<unknown> = new Set(["rows", "failure", "error"]);

/** One object for each statement, of the size of an answer. */
export function createOutcomeStore(objects: ObjectStore): OutcomeStore {
  const keyOf = (id: string) => `query-outcomes/${id}`;
  return {
    async save(id, outcome) {
      const expiresAt = new Date(Date.now() + QUERY_RESULT_LIFETIME_SECONDS * 1000);
      await objects.put(keyOf(id), Buffer.from(JSON.stringify(outcome)), { expiresAt });
    },
    async find(id) {
      if (!UUID.test(id)) return null;
      const found = await objects.get(keyOf(id));
      if (found === null) return null;
      const pieces: Uint8Array[] = [];
      for await (const piece of found.content) pieces.push(piece);
      return parseOutcome(Buffer.concat(pieces).toString());
    },
  };
}

/** What lies there is our own; an older version may have written another shape, and a disk may have lost some of it. */
function parseOutcome(text: string): StoredOutcome | null {
  const outcome = parseJson(text);
  if (typeof outcome !== "object" || outcome === null || !("kind" in outcome)) return null;
  if (!KINDS.has(outcome.kind)) return null;
  if (outcome.kind === "error" && !("code" in outcome && String(outcome.code) in ERRORS)) return null;
  return outcome as StoredOutcome;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
