import type { Logger, Severity } from "../observability/logger.ts";

const MAX_FIELD_CHARACTERS = 256;

/** One answered request, as far as a log may know it. */
export interface AccessRecord {
  readonly method: string;
  /** Without the query, which may hold a secret. */
  readonly path: string;
  readonly status: number;
  readonly durationMs: number;
  readonly userAgent: string | null;
  readonly principal: string | null;
  /** The OAuth client that calls for the principal. */
  readonly client: string | null;
  readonly operation: string | null;
  /** The error's code, when the answer is one. */
  readonly code: string | null;
}

const severityOf = (status: number): Severity =>
  status >= 500 ? "ERROR" : status >= 400 ? "WARNING" : "INFO";

/** Writes the one line of a request, with Cloud Logging's `httpRequest` (https://cloud.google.com/logging/docs/reference/v2/rest/v2/LogEntry#HttpRequest). */
export function logAccess(logger: Logger, record: AccessRecord): void {
  const path = record.path.slice(0, MAX_FIELD_CHARACTERS);
  logger.log(severityOf(record.status), `${record.method} ${path} ${record.status}`, {
    httpRequest: {
      requestMethod: record.method,
      requestUrl: path,
      status: record.status,
      latency: `${(record.durationMs / 1000).toFixed(6)}s`,
      ...(record.userAgent ? { userAgent: record.userAgent.slice(0, MAX_FIELD_CHARACTERS) } : {}),
    },
    duration_ms: Math.round(record.durationMs * 1000) / 1000,
    ...(record.principal ? { principal: record.principal } : {}),
    ...(record.client ? { client: record.client.slice(0, MAX_FIELD_CHARACTERS) } : {}),
    ...(record.operation ? { operation: record.operation } : {}),
    ...(record.code ? { code: record.code } : {}),
  });
}
