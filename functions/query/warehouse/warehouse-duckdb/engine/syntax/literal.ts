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
 */
export function writeLiteral(token: Token): string {
  if (token.kind === "string") return quoteLiteral(token.text);
  if (token.kind === "bytes") return `GS_BYTES('${token.text}')`;
  if (token.kind === "quoted") return quotedPath(token.text);
  if (token.kind === "name") return quotedName(token.text);
  return token.text;
}

/** GoogleSQL allows a whole path in one pair of backticks; the translator would take it for one name. */
function quotedPath(path: string): string {
  return path.split(".").map(quotedName).join(".");
}

function quotedName(name: string): string {
  return `\`${name.replaceAll("`", "")}\``;
}
