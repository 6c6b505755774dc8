import { describeCause } from "#shared/observability/describe-cause.ts";
import type { Logger } from "#shared/observability/logger.ts";
import { parseClientMetadata } from "./client-metadata.ts";
import type { FetchDocument } from "./fetch-document.ts";

const DOCUMENT_MAX_BYTES = 5 * 1024;
const KEYS_MAX_BYTES = 64 * 1024;
const FETCH_MS = 2_500;

/** Bounds of what is fetched for clients, in bytes, by the library's names for it. */
export const FETCH_LIMITS = {
  "client_id metadata document": DOCUMENT_MAX_BYTES,
  jwks_uri: KEYS_MAX_BYTES,
} as const;

/**
 * The library's `fetch`: documents that describe clients (draft-ietf-oauth-client-id-metadata-document) come back with nothing in them but
 * what this server uses; keys come back as they are.
 * @throws Error when the address is refused or the document is no description of a client
 */
export function createClientFetch(fetchDocument: FetchDocument, logger: Logger) {
  return async (input: string | URL | Request, init: RequestInit = {}): Promise<Response> => {
    const url = input instanceof Request ? input.url : String(input);
    const isDocument = init.redirect === "manual";
    const signal = init.signal ?? AbortSignal.timeout(FETCH_MS);
    try {
      const maxBytes = isDocument ? DOCUMENT_MAX_BYTES : KEYS_MAX_BYTES;
      const answer = await fetchDocument(url, { maxBytes, signal });
      if (!isDocument || answer.status !== 200) return answer;
      const document: unknown = await answer.json();
      if (hasSecret(document)) throw new Error("a document that everybody can read holds a secret");
      const parsed = parseClientMetadata(document);
      if ("fault" in parsed) throw new Error(parsed.fault);
      // A document has no secret to show; without a word about it the client is a public one.
      const metadata = { token_endpoint_auth_method: "none", ...parsed.metadata };
      return Response.json(metadata, { headers: answer.headers });
    } catch (thrown) {
      logger.log("NOTICE", "A client's document was not taken.", {
        host: URL.parse(url)?.hostname ?? null,
        ...describeCause(thrown),
      });
      throw thrown;
    }
  };
}

/** Everybody can read the document (draft §4.1): a secret in it is none. */
function hasSecret(document: unknown): boolean {
  return (
    typeof document === "object" &&
    document !== null &&
    ("client_secret" in document || "client_secret_expires_at" in document)
  );
}
