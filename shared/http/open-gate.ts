import { createAuditTrail } from "../audit/create-audit-trail.ts";
import type { AuditSettings } from "../config/database-settings.ts";
import type { EdgeSettings } from "../config/edge-settings.ts";
import type { OpenDatabase } from "../database/open-database.ts";
import type { Logger } from "../observability/logger.ts";
import { createMemoryRateLimiter } from "../rate-limiter/rate-limiter-memory.ts";
import { createPostgresRateLimiter } from "../rate-limiter/rate-limiter-postgres.ts";
import { createGate, type Gate } from "./gate.ts";

/** What a gate over a database is built with. */
export interface OpenGateOptions {
  readonly edge: EdgeSettings;
  readonly database: OpenDatabase;
  /** True when other processes use the same database: limits then hold for all of them together. */
  readonly isShared: boolean;
  readonly audit: AuditSettings;
  readonly logger: Logger;
}

/** A gate with an end. */
export interface OpenGate {
  readonly gate: Gate;
  /** Writes what waits and closes the database. */
  close(): Promise<void>;
}

/** Builds the gate of a process that has a database: stored keys, access tokens, limits and the audit trail are kept in it. */
export function openGate({ edge, database: opened, isShared, audit, logger }: OpenGateOptions): OpenGate {
  const { database } = opened;
  const auditTrail = createAuditTrail({ database, ...audit, logger });
  const rateLimiter = isShared ? createPostgresRateLimiter({ database, logger }) : createMemoryRateLimiter();
  return {
    gate: createGate(edge, { database, rateLimiter, auditTrail }),
    close: async () => {
      await auditTrail.close();
      await opened.close();
    },
  };
}
