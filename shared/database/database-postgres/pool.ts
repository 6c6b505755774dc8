import type { PostgresCursor, PostgresPool, PostgresPoolClient, PostgresQueryResult } from "kysely";
import { Pool, type PoolClient, types } from "pg";
import type { Logger } from "../../observability/logger.ts";
import { databaseUnavailable, sqlStateOf, toDatabaseError } from "../database-unavailable.ts";
import { parseAddress } from "./parse-address.ts";

/** How to reach a PostgreSQL server. */
export interface PostgresOptions {
  /** `postgres://…`; see `parseAddress` for TLS. */
  readonly url: string;
  /** Certificate authorities in PEM to trust instead of the system's; null for the system's. */
  readonly certificateAuthority?: string | null;
  /** Most connections of this instance: many instances share what the server has. */
  readonly maxConnections?: number;
  /** Longest that a statement may take, in ms. */
  readonly statementTimeoutMs?: number;
}

const CONNECT_TIMEOUT_MS = 3_000;
const IDLE_TIMEOUT_MS = 10_000;
const MAX_LIFETIME_SECONDS = 600;
/** The server stops the statement first; this is for a server that says nothing at all. */
const ANSWER_GRACE_MS = 1_000;
/** A connection that rested longer may be dead without a sign: instances in the cloud sleep between requests. */
const TRUSTED_IDLE_MS = 5_000;
/** For this long after a failed attempt nobody waits for another one. */
const PAUSE_AFTER_FAILURE_MS = 1_000;
const INT8 = 20;

/** A small pool of `pg` in the shape that Kysely wants; every error of the connection is AppError `storage_unavailable`. */
export function createPostgresPool({
  url,
  certificateAuthority = null,
  maxConnections = 4,
  statementTimeoutMs = 5_000,
  logger,
}: PostgresOptions & { readonly logger: Logger }): PostgresPool {
  const { connectionString, tls } = parseAddress(url);
  const pool = new Pool({
    connectionString,
    ssl:
      tls === "off"
        ? false
        : {
            rejectUnauthorized: tls === "verify",
            ...(certificateAuthority === null ? {} : { ca: certificateAuthority }),
          },
    max: maxConnections,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    idleTimeoutMillis: IDLE_TIMEOUT_MS,
    maxLifetimeSeconds: MAX_LIFETIME_SECONDS,
    allowExitOnIdle: true,
    keepAlive: true,
    application_name: "code-and-warehouse",
    statement_timeout: statementTimeoutMs,
    lock_timeout: statementTimeoutMs,
    idle_in_transaction_session_timeout: 2 * statementTimeoutMs,
    query_timeout: statementTimeoutMs + ANSWER_GRACE_MS,
    // 64-bit counts fit a number; `pg` hands them out as text.
    types: { getTypeParser: (oid, format) => (oid === INT8 ? Number : types.getTypeParser(oid, format)) },
  });
  // A connection that breaks while it rests is replaced by itself.
  pool.on("error", () => logger.log("WARNING", "a resting connection to the database broke"));
  return { connect: createLender(pool), end: () => pool.end(), options: pool.options };
}

/** Hands out connections that answer; after a failed attempt all callers fail at once for a moment instead of waiting in turn. */
function createLender(pool: Pool): () => Promise<PostgresPoolClient> {
  const lastUsed = new WeakMap<PoolClient, number>();
  let failedAt = Number.NEGATIVE_INFINITY;
  let cause: unknown = null;
  const connect = async (): Promise<PoolClient> => {
    if (performance.now() - failedAt < PAUSE_AFTER_FAILURE_MS) throw cause;
    try {
      return await pool.connect();
    } catch (thrown) {
      failedAt = performance.now();
      cause = thrown;
      throw thrown;
    }
  };
  return async () => {
    try {
      for (;;) {
        const client = await connect();
        // The clock of the wall: that of the process may stand still while an instance sleeps.
        const idleMs = Date.now() - (lastUsed.get(client) ?? Date.now());
        if (Math.abs(idleMs) < TRUSTED_IDLE_MS || (await isAlive(client))) {
          return lend(client, () => lastUsed.set(client, Date.now()));
        }
        client.release(true);
      }
    } catch (thrown) {
      throw databaseUnavailable(thrown);
    }
  };
}

async function isAlive(client: PoolClient): Promise<boolean> {
  try {
    await client.query("select 1");
    return true;
  } catch {
    return false;
  }
}

function lend(client: PoolClient, onRelease: () => void): PostgresPoolClient {
  let broken = false;
  const ask = async (text: string, values: readonly unknown[]): Promise<unknown> => {
    try {
      return await client.query(text, [...values]);
    } catch (thrown) {
      // Without a SQLSTATE nobody knows what the connection still waits for.
      broken ||= sqlStateOf(thrown) === null;
      throw toDatabaseError(thrown);
    }
  };
  function query<R>(text: string, values: readonly unknown[]): Promise<PostgresQueryResult<R>>;
  function query<R>(cursor: PostgresCursor<R>): PostgresCursor<R>;
  function query(text: unknown, values: readonly unknown[] = []): unknown {
    if (typeof text !== "string") throw new TypeError("Cursors are not lent out.");
    return ask(text, values);
  }
  return {
    query,
    release: (destroy) => {
      onRelease();
      client.release(destroy === true || broken);
    },
  };
}
