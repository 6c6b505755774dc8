import { createHash } from "node:crypto";
import { QUERY_RESULT_LIFETIME_SECONDS } from "#shared/contract/limits.ts";
import { AppError } from "#shared/errors/app-error.ts";
import { createSigner } from "#shared/signing/create-signer.ts";
import type { PageReference, QueryParameter } from "../warehouse/warehouse.ts";

/** What a statement says: only the same one gets its next page. */
export interface StatementText {
  readonly sql: string;
  readonly parameters: readonly QueryParameter[];
  readonly dataset: string | null;
}

/** What a page belongs to: the next one is for the same statement of the same caller. */
export interface PageBinding {
  /** As `fingerprintOf` says it. */
  readonly fingerprint: string;
  /** Who asks, as `ownerOf` says it. */
  readonly owner: string;
}

/** Where the rest of a result lies, and the statement that it is of. */
export interface NextPage {
  readonly reference: PageReference;
  readonly queryId: string;
}

/** Makes tokens for next pages and knows its own again. */
export interface PageTokens {
  /** @returns null when the reference is too long to be handed out */
  sign(page: NextPage, binding: PageBinding): string | null;
  /** @throws AppError `invalid_page_token`, the same whatever is wrong */
  verify(token: string, binding: PageBinding): NextPage;
}

const LONGEST_REFERENCE = 512;

/** @param signingKey 32 characters or more */
export function createPageTokens(signingKey: string): PageTokens {
  const signer = createSigner({ keys: [signingKey], purpose: "query-page" });
  return {
    sign({ reference, queryId }, { fingerprint, owner }) {
      if (JSON.stringify(reference).length > LONGEST_REFERENCE) return null;
      const expiresAt = new Date(Date.now() + QUERY_RESULT_LIFETIME_SECONDS * 1000);
      return signer.sign({ r: reference, q: queryId, h: fingerprint, o: owner }, expiresAt);
    },
    verify(token, { fingerprint, owner }) {
      const payload = signer.verify(token)?.payload;
      if (!isPayload(payload) || payload.h !== fingerprint || payload.o !== owner) throw invalidPageToken();
      return { reference: payload.r, queryId: payload.q };
    },
  };
}

/** The one answer to every token that gets no page: nobody learns what was wrong with it. */
export function invalidPageToken(): AppError {
  return new AppError(
    "invalid_page_token",
    "The page_token is not one of this statement, or its result is no longer kept. Send the statement without page_token to start again, and then each next_page_token within an hour with the same sql, params and dataset.",
  );
}

/** A SHA-256 that stands for a statement. Named parameters may come in another order: their values count. */
export function fingerprintOf({ sql, parameters, dataset }: StatementText): string {
  const ordered = parameters.toSorted((a, b) => (a.name ?? "").localeCompare(b.name ?? "", "en"));
  return createHash("sha256")
    .update(JSON.stringify([sql, ordered, dataset]))
    .digest("base64url");
}

interface Payload {
  readonly r: PageReference;
  readonly q: string;
  readonly h: string;
  readonly o: string;
}

/** What is signed is our own; an older version may have signed another shape. */
function isPayload(payload: unknown): payload is Payload {
  if (typeof payload !== "object" || payload === null) return false;
  const { r, q, h, o } = payload as Partial<Record<keyof Payload, unknown>>;
  return typeof r === "object" && r !== null && [q, h, o].every((text) => typeof text === "string");
}
