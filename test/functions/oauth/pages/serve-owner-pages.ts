import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { Interaction, Interactions } from "#functions/oauth/interaction.ts";
import type { GoogleSignIn } from "#functions/oauth/owner/google-sign-in.ts";
import { createOwnerAccount } from "#functions/oauth/owner/owner-account.ts";
import { hashPassphrase } from "#functions/oauth/owner/passphrase.ts";
import { createSetUpCodes } from "#functions/oauth/owner/set-up-code.ts";
import { createOwnerPages } from "#functions/oauth/pages/create-owner-pages.ts";
import type { AuditEvent } from "#shared/audit/audit-trail.ts";
import type { Scope } from "#shared/contract/scopes.ts";
import type { Database } from "#shared/database/database.ts";
import { createPostgresDatabase } from "#shared/database/database-postgres.ts";
import { serveNode } from "#shared/http/serve-node.ts";
import { createLogger } from "#shared/observability/logger.ts";
import { createMemoryRateLimiter } from "#shared/rate-limiter/rate-limiter-memory.ts";
import { createPostgresRateLimiter } from "#shared/rate-limiter/rate-limiter-postgres.ts";
import { createSigningKey } from "#shared/signing/create-signing-key.ts";
import { type PostgresServer, startPostgres } from "../../../support/start-postgres.ts";

/** The owner's passphrase in these tests. */
export const PASSPHRASE = "correct horse battery staple";

/** The pages on a port of 127.0.0.1, over a real database, with requests for authorization that the test makes up. */
export interface ServedPages {
  /** Like http://127.0.0.1:43210. */
  readonly url: string;
  readonly database: Database;
  /** Requests for authorization that wait, by their uid. */
  readonly waiting: Map<string, Interaction>;
  /** What was decided: the scopes that were granted, or null for a refusal. */
  readonly decisions: (readonly Scope[] | null)[];
  readonly events: AuditEvent[];
  /** Where clients get their answer: redirects on, as real clients do. */
  readonly callback: string;
  setPassphrase(): Promise<void>;
  createSetUpCode(): Promise<string>;
  /** Starts another instance on the same database. @returns its address */
  serveAgain(options?: ServeOptions): Promise<string>;
  /** Ends the database's server, and starts it again. */
  readonly postgres: Pick<PostgresServer, "halt" | "start">;
  stop(): Promise<void>;
}

/** What may differ from one test to another. */
export interface ServeOptions {
  readonly google?: GoogleSignIn;
  /** The public address; the Host header decides without one. */
  readonly publicBaseUrl?: string;
  readonly now?: () => Date;
  /** True: limits are counted in the database, for all instances together. Each instance counts for itself without. */
  readonly sharesLimits?: boolean;
}

/** Starts a PostgreSQL server, the pages on it, and a client to redirect to. */
export async function serveOwnerPages(options: ServeOptions = {}): Promise<ServedPages> {
  const postgres = await startPostgres();
  const logger = createLogger({}, () => undefined);
  const opened = createPostgresDatabase({ url: await postgres.createDatabase(), logger });
  const { database } = opened;
  const servers: Server[] = [];
  const listen = async (server: Server): Promise<string> => {
    servers.push(server.listen(0, "127.0.0.1"));
    await once(server, "listening");
    const address = server.address();
    return `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
  };
  const client = await listen(
    createServer((request, response) => {
      const isFirst = request.url?.startsWith("/callback") === true;
      response.writeHead(isFirst ? 302 : 200, isFirst ? { location: "/connected" } : {});
      response.end("<!doctype html><html lang=en><title>client</title><h1>Back at the client</h1></html>");
    }),
  );
  const callback = `${client}/callback`;
  const waiting = new Map<string, Interaction>();
  const decisions: (readonly Scope[] | null)[] = [];
  const events: AuditEvent[] = [];
  const interactions = createInteractions(waiting, decisions, callback);
  const signingKey = createSigningKey();
  const serve = ({ google, publicBaseUrl, now, sharesLimits }: ServeOptions): Promise<string> => {
    const pages = createOwnerPages({
      database,
      rateLimiter: sharesLimits ? createPostgresRateLimiter({ database, logger }) : createMemoryRateLimiter(),
      interactions,
      google: google ?? null,
      audit: { record: async (event) => void events.push(event) },
      signingKey,
      logger,
      ...(now === undefined ? {} : { now }),
    });
    const answer = serveNode(async ({ request, baseUrl }) => {
      const context = { baseUrl, signal: request.signal, requestId: "a-request" };
      return (await pages(request, context)) ?? new Response("none of the owner's", { status: 404 });
    }, publicBaseUrl ?? null);
    return listen(createServer((request, response) => void answer(request, response)));
  };
  const stop = async () => {
    for (const server of servers) {
      server.closeAllConnections();
      server.close();
    }
    await opened.close();
    await postgres.stop();
  };
  return {
    url: await serve(options),
    database,
    waiting,
    decisions,
    events,
    callback,
    setPassphrase: () => setPassphrase(database),
    createSetUpCode: () => createSetUpCodes(database).create(),
    serveAgain: (more = {}) => serve({ ...options, ...more }),
    postgres,
    stop,
  };
}

/** Sets the passphrase with a hash that costs little: guesses are many in these tests. Ends every session. */
export async function setPassphrase(database: Database): Promise<void> {
  const cost = { log2N: 10, r: 8, p: 1 };
  const passphraseHash = await hashPassphrase(PASSPHRASE, AbortSignal.timeout(30_000), cost);
  await createOwnerAccount(database).endAllSessions();
  await database.updateTable("owner").set({ passphraseHash }).execute();
}

/** Stands in for the authorization server: what waits is in a map, and an answer leads to the client's callback. */
function createInteractions(
  waiting: ReadonlyMap<string, Interaction>,
  decisions: (readonly Scope[] | null)[],
  callback: string,
): Interactions {
  const lead = (query: string) =>
    new Response(null, { status: 303, headers: { location: callback + query } });
  return {
    find: async (request) => waiting.get(new URL(request.url).pathname.split("/").at(-1) ?? "") ?? null,
    approve: async (_request, granted) => {
      decisions.push(granted);
      return lead("?code=a-code");
    },
    deny: async () => {
      decisions.push(null);
      return lead("?error=access_denied");
    },
  };
}

/** A request for authorization of an app with a document at chatgpt.com. */
export function createInteraction(more: Partial<Interaction> = {}): Interaction {
  return {
    uid: "an-interaction-uid-0",
    client: {
      id: "https://chatgpt.com/oauth/client.json",
      name: "ChatGPT",
      host: "chatgpt.com",
      redirectHost: "chatgpt.com",
      kind: "cimd",
    },
    scopes: ["execute", "query", "query:write"],
    needsConsent: true,
    ...more,
  };
}
