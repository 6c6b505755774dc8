/** One operation that somebody asked for, and how it ended. */
export interface AuditEvent {
  readonly at: Date;
  readonly principalId: string;
  readonly principalName: string;
  /** The OAuth client that asked for the owner; null for everybody who asks directly. */
  readonly client: string | null;
  readonly operation: string;
  /** `ok`, or the code of the failure or error. */
  readonly outcome: string;
  /** The HTTP status. */
  readonly status: number;
  readonly durationMs: number;
  /** US dollars, where the operation costs any. */
  readonly costUsd?: number | null;
  /** Bytes that a statement read, where it reads any. */
  readonly bytes?: number | null;
  /** The program or the SQL. Its hash and size are kept; the text itself only if the owner asked for it. */
  readonly text?: string | null;
  readonly requestId: string;
}

/** Port: keeps what was run or asked. */
export interface AuditTrail {
  /**
   * Keeps an event. Resolves when it is kept, or after a second at the latest; what cannot be kept is logged and dropped. Never
   * rejects: an audit trail that is away stops nobody's work.
   */
  record(event: AuditEvent): Promise<void>;
}
