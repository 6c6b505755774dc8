import { unsupported } from "./failure.ts";
import type { Token } from "./lexer.ts";

/** A string as both GoogleSQL and the translator read it. */
export function quoteLiteral(text: string): string {
  const escaped = text
    .replaceAll("\\", "\\\\")
    .replaceAll("'", "\\'")
    .replaceAll("\n", "\\n")
    .replaceAll("\r", "\\r");
  return `'${escaped}'`;
}

/**
 * A literal or a quoted name as the translator reads it.
 * @throws StatementFailure `unsupported_sql` for names of tables that are none
 */
export function writeLiteral(token: Token): string {
  if (token.kind === "string") return quoteLiteral(token.text);
  if (token.kind === "bytes") return bytesLiteral(token.text);
  if (token.kind === "quoted") return quotedPath(token.text);
  if (token.kind === "name") return quotedName(token.text);
  return token.text;
}

/** Beyond ASCII a character and an escaped byte look the same here, and are not. */
function bytesLiteral(text: string): string {
  const bytes = Buffer.from(text);
  if (bytes.some((byte) => byte > 127)) throw unsupported("A BYTES literal beyond ASCII");
  return `GS_BYTES('${bytes.toString("hex")}')`;
}

/** GoogleSQL allows a whole path in one pair of backticks; the translator would take it for one name. */
function quotedPath(path: string): string {
  return path.split(".").map(quotedName).join(".");
}

function quotedName(name: string): string {
  return `\`${name.replaceAll("`", "")}\``;
}
