/** An escape, a class in square brackets, or one other character of a regular expression. */
const PIECE = /\\Q.*?(?:\\E|$)|\\.|\[\^?\]?(?:\[:\^?\w+:\]|\\.|[^\]\\])*\]|[\s\S]/gsu;

/** The pieces of a pattern: brackets, anchors and the like are pieces of their own. */
function piecesOf(pattern: string): string[] {
  return pattern.match(PIECE) ?? [];
}

/** True for an opening bracket that captures; `rest` is what follows it. */
const captures = (rest: string) => !rest.startsWith("?") || /^\?P?<[A-Za-z_]/.test(rest);

/** How many groups a pattern captures. */
export function groupsOf(pattern: string): number {
  const pieces = piecesOf(pattern);
  return pieces.filter((piece, at) => piece === "(" && captures(pieces.slice(at + 1, at + 5).join("")))
    .length;
}

/** True for a pattern that asks what is before or after it: the start or the end of the text or of a word. */
export function isBound(pattern: string): boolean {
  return piecesOf(pattern).some((piece) => piece === "^" || /^\\[AbB]$/.test(piece));
}

/** A pattern in three parts; the one in the middle is what is looked for. */
export interface CutPattern {
  /** Flags for the whole, such as `(?i)`. */
  readonly flags: string;
  readonly before: string;
  readonly group: string;
  readonly after: string;
}

const FLAGS = /^\(\?[ims]+\)/;

/**
 * Cuts a pattern before and after its one group; without a group all of it is the middle.
 * @returns null for more groups, and for a group that is within another bracket, one of several choices, or repeated
 */
export function cutAtGroup(pattern: string): CutPattern | null {
  const flags = FLAGS.exec(pattern)?.[0] ?? "";
  const plain = pattern.slice(flags.length);
  const count = groupsOf(plain);
  if (/\(\?[a-zA-Z-]+\)/.test(plain) || count > 1) return null;
  if (count === 0) return { flags, before: "", group: plain, after: "" };
  const pieces = piecesOf(plain);
  const start = pieces.findIndex((piece, at) => piece === "(" && captures(pieces.slice(at + 1).join("")));
  const end = closingOf(pieces, start);
  const outer = [...pieces.slice(0, start), ...pieces.slice(end + 1)];
  const isRepeated = /^[*+?{]/.test(pieces[end + 1] ?? "");
  if (
    isRepeated ||
    depthAt(pieces, start) > 0 ||
    outer.some((piece, at) => piece === "|" && depthAt(outer, at) === 0)
  )
    return null;
  const group = pieces
    .slice(start + 1, end)
    .join("")
    .replace(/^\?P?<\w+>/, "");
  return { flags, before: pieces.slice(0, start).join(""), group, after: pieces.slice(end + 1).join("") };
}

function depthAt(pieces: readonly string[], end: number): number {
  return pieces
    .slice(0, end)
    .reduce((depth, piece) => depth + (piece === "(" ? 1 : piece === ")" ? -1 : 0), 0);
}

/** Where the bracket ends that opens at a place. */
function closingOf(pieces: readonly string[], start: number): number {
  let depth = 0;
  for (let at = start; at < pieces.length; at += 1) {
    if (pieces[at] === "(") depth += 1;
    if (pieces[at] === ")") depth -= 1;
    if (depth === 0) return at;
  }
  return pieces.length;
}
