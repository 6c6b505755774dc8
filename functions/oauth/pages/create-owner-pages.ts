import { listAuditEntries } from "#shared/audit/audit-store.ts";
import type { AuditTrail } from "#shared/audit/audit-trail.ts";
import { createApiKeyStore } from "#shared/auth/api-key-store.ts";
import type { Database } from "#shared/database/database.ts";
import { AppError } from "#shared/errors/app-error.ts";
import { describeCause } from "#shared/observability/describe-cause.ts";
import type { Logger } from "#shared/observability/logger.ts";
import type { RateLimiter } from "#shared/rate-limiter/rate-limiter.ts";
import type { Interactions } from "../interaction.ts";
import { createConnectedClients } from "../owner/connected-clients.ts";
import type { GoogleSignIn } from "../owner/google-sign-in.ts";
import { createOwnerAccount } from "../owner/owner-account.ts";
import { createOwnerSessions } from "../owner/owner-sessions.ts";
import { createSetUpCodes } from "../owner/set-up-code.ts";
import { createSignInThrottle } from "../owner/sign-in-throttle.ts";
import { answerOwnerPage } from "./answer-owner-page.ts";
import { createFormTokens } from "./forms.ts";
import { renderMessage } from "./page.ts";
import type { Parts } from "./parts.ts";
import { toVisit, type VisitContext } from "./visit.ts";

/** What the owner's pages are built with. */
export interface OwnerPagesOptions {
  readonly database: Database;
  readonly rateLimiter: RateLimiter;
  readonly interactions: Interactions;
  /** Null when no Google client is configured. */
  readonly google: GoogleSignIn | null;
  /** Null: nothing is recorded. */
  readonly audit: AuditTrail | null;
  /** At least 32 bytes. */
  readonly signingKey: string;
  readonly logger: Logger;
  /** The system's clock by default. */
  readonly now?: () => Date;
}

/** Answers a request to one of the owner's pages; null for every other path. Never rejects. */
export type OwnerPages = (request: Request, context: VisitContext) => Promise<Response | null>;

/** Builds the owner's pages: sign-in, consent, and the page on which the owner sees and ends access. */
export function createOwnerPages(options: OwnerPagesOptions): OwnerPages {
  const parts = createParts(options);
  return async (request, context) => {
    const visit = toVisit(request, context);
    try {
      return await answerOwnerPage(parts, visit);
    } catch (thrown) {
      const error = AppError.from(thrown);
      if (error.cause !== undefined) {
        const fields = { request_id: context.requestId, ...describeCause(error.cause) };
        options.logger.log("ERROR", error.message, fields);
      }
      const wait = error.retryAfterSeconds;
      return renderMessage(visit.host, {
        status: error.status,
        title: error.retryable ? "Not at this moment" : "That did not work",
        text: error.message,
        ...(wait === undefined ? {} : { headers: [["retry-after", String(wait)]] }),
      });
    }
  };
}

function createParts(options: OwnerPagesOptions): Parts {
  const { database, signingKey, now = () => new Date() } = options;
  const account = createOwnerAccount(database);
  return {
    account,
    sessions: createOwnerSessions({ database, sessionEpoch: account.sessionEpoch, now }),
    setUpCodes: createSetUpCodes(database, () => now().getTime()),
    throttle: createSignInThrottle(options.rateLimiter, signingKey),
    clients: createConnectedClients(database),
    keys: createApiKeyStore(database, now),
    google: options.google,
    interactions: options.interactions,
    formTokens: createFormTokens(signingKey),
    activity: (before, limit) => listAuditEntries(database, { before: before ?? undefined, limit }),
    record: async (visit, operation, outcome, by) => {
      await options.audit?.record({
        at: now(),
        principalId: by === null ? "nobody" : "owner",
        principalName: by ?? "somebody",
        client: null,
        operation,
        outcome,
        status: outcome === "ok" ? 200 : 403,
        durationMs: 0,
        requestId: visit.requestId,
      });
    },
    now,
  };
}
