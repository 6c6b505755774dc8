import { ProtocolError, ProtocolErrorCode } from "@modelcontextprotocol/server";
import type { FunctionAnswer } from "../client/function-client.ts";

/** An answer that refuses as a JSON-RPC error: its sentence for people, the whole of it for programs. */
export function toProtocolError({ status, body }: Pick<FunctionAnswer, "status" | "body">): ProtocolError {
  const sentence = typeof body["error"] === "string" ? body["error"] : "The call was refused.";
  const code = status === 400 ? ProtocolErrorCode.InvalidParams : ProtocolErrorCode.InternalError;
  return new ProtocolError(code, sentence, body);
}
