import { ProtocolError, ProtocolErrorCode } from "@modelcontextprotocol/server";
import type { FunctionAnswer } from "../client/function-client.ts";

/** An answer that refuses as a JSON-RPC error: its sentence for people, the whole of it for programs. */
export function toProtocolError({ body }: Pick<FunctionAnswer, "body">): ProtocolError {
  const sentence = typeof body["error"] === "string" ? body["error"] : "The call was refused.";
  return new ProtocolError(ProtocolErrorCode.InternalError, sentence, body);
}
