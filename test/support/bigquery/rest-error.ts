import { errorAnswer, type Reply } from "./stand-in.ts";

/** A refusal as BigQuery words it: https://cloud.google.com/bigquery/docs/error-messages. */
export class RestError extends Error {
  readonly status: number;
  readonly reason: string;

  constructor(status: number, reason: string, message: string) {
    super(message);
    this.status = status;
    this.reason = reason;
  }
}

/** The answer to a call that is refused. */
export function toReply(error: RestError): Reply {
  return errorAnswer(error.status, error.reason, error.message);
}

/** A text that is no statement, or none that can be answered. */
export function invalidQuery(message: string): RestError {
  return new RestError(400, "invalidQuery", message);
}

/** Something that is not there, in BigQuery's words `Not found: …`. */
export function notFound(what: string): RestError {
  return new RestError(404, "notFound", `Not found: ${what}`);
}
