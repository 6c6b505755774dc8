import { randomUUID } from "node:crypto";
import type { Duplex } from "node:stream";
import { AppError } from "../errors/app-error.ts";
import { toErrorBody } from "./render-error.ts";

/** Answers in our JSON a request that Node's HTTP parser refuses: no request exists yet, so the answer is written by hand. */
export function answerClientError(error: Error & { code?: string }, socket: Duplex): void {
  if (error.code === "ECONNRESET" || !socket.writable) {
    socket.destroy();
    return;
  }
  const appError = toAppError(error.code);
  const body = JSON.stringify(toErrorBody(appError, randomUUID()));
  socket.end(
    [
      `HTTP/1.1 ${appError.status} ${appError.status === 431 ? "Request Header Fields Too Large" : appError.status === 408 ? "Request Timeout" : "Bad Request"}`,
      "Connection: close",
      "Content-Type: application/json",
      `Content-Length: ${Buffer.byteLength(body)}`,
      "",
      body,
    ].join("\r\n"),
  );
}

function toAppError(code: string | undefined): AppError {
  switch (code) {
    case "HPE_HEADER_OVERFLOW":
      return new AppError(
        "headers_too_large",
        "The headers are larger than 16 kB. Send fewer or shorter headers.",
      );
    case "ERR_HTTP_REQUEST_TIMEOUT":
      return new AppError("request_timeout", "The request did not arrive in time. Send it again, at once.");
    default:
      return new AppError("malformed_request", "This is not a valid HTTP/1.1 request.");
  }
}
