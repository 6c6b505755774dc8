/** Severities of Cloud Logging that the bundle uses. */
export type Severity = "DEBUG" | "INFO" | "NOTICE" | "WARNING" | "ERROR" | "CRITICAL";

/** Writes one structured line an event. Never give it a body, a program, a row, a key or a token. */
export interface Logger {
  log(severity: Severity, message: string, fields?: Readonly<Record<string, unknown>>): void;
  /** A logger that adds `fields` to each of its lines. */
  with(fields: Readonly<Record<string, unknown>>): Logger;
}

/**
 * A logger that writes JSON lines in the format of Cloud Logging's structured logs
 * (https://cloud.google.com/logging/docs/structured-logging).
 * @param write takes one line with its line feed; standard output by default
 */
export function createLogger(
  fields: Readonly<Record<string, unknown>> = {},
  write: (line: string) => void = (line) => process.stdout.write(line),
): Logger {
  return {
    log(severity, message, more = {}) {
      write(`${JSON.stringify({ severity, message, ...fields, ...more })}\n`);
    },
    with(more) {
      return createLogger({ ...fields, ...more }, write);
    },
  };
}
