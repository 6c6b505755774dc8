/** What a path may be at most. */
const MAX_PATH_BYTES = 1024;
const MAX_SEGMENT_BYTES = 255;
const MAX_SEGMENTS = 8;

/** Beyond this a name is shown by its position. */
const MAX_SHOWN_CHARACTERS = 100;

/** Names of the working folder that belong to the sandbox: the program itself, its charts, Python's compiled modules. */
const RESERVED_AT_THE_TOP: ReadonlySet<string> = new Set(["main.py", "main.js", ".results"]);
const RESERVED_ANYWHERE = "__pycache__";

/** Characters that are not seen: controls, formats (bidi, zero-width), separators of lines, blanks that are no spaces. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]/u;

/** Choose how an emoji looks; harmless, and in the names of many files. */
const VARIATION_SELECTORS = /[\uFE0E\uFE0F]/g;

/** Characters that look like a slash, a backslash, or one or two dots (Unicode confusables of U+002F, U+005C, U+002E). */
const LOOK_ALIKES = /[\u2044\u2215\u29F8\uFF0F\u2216\u29F5\uFE68\uFF3C\u2024\u2025\uFE52\uFF0E]/u;

/** A name that was checked, or what is wrong with it. */
export type FileName =
  | { readonly ok: true; readonly name: string }
  /** `problem` is for the public and follows the name: `has a backslash; write folders with /`. */
  | { readonly ok: false; readonly problem: string };

/**
 * Checks the name of an input file: a relative path that stays in the working folder and that a person reads as it is.
 * @returns the name in Unicode normalisation form C (https://unicode.org/reports/tr15/), or what is wrong with it
 */
export function parseFileName(given: string): FileName {
  const problem = given.isWellFormed() ? findProblem(given.normalize("NFC")) : "is not valid Unicode";
  return problem === null ? { ok: true, name: given.normalize("NFC") } : { ok: false, problem };
}

/**
 * What two names share that a person, or a file system without upper and lower case, cannot tell apart: form KC, case folded,
 * without what is not seen. Letters of different alphabets that look alike stay different.
 */
export function toLookAlikeKey(name: string): string {
  const folded = name.normalize("NFKC").toUpperCase().toLowerCase().normalize("NFKC");
  return folded.replaceAll(/\p{Default_Ignorable_Code_Point}/gu, "");
}

/** True when a name can stand in a sentence: short, and every character of it is seen. */
export function isPrintable(name: string): boolean {
  return name.length > 0 && name.length <= MAX_SHOWN_CHARACTERS && !hasUnseen(name);
}

/**
 * A name made of what ChatGPT calls a file: the last part of a path, without what `parseFileName` refuses.
 * @param fallback when nothing is left
 */
export function sanitiseFileName(given: string, fallback: string): string {
  const base = given.toWellFormed().normalize("NFC").split(/[/\\]/).at(-1) ?? "";
  const seen = [...base].filter((character) => !hasUnseen(character)).join("");
  const name = cutToBytes(seen.replaceAll(new RegExp(LOOK_ALIKES, "gu"), "_").trim(), MAX_SEGMENT_BYTES - 8);
  if (name === "") return fallback;
  if (parseFileName(name).ok) return name;
  return parseFileName(`_${name}`).ok ? `_${name}` : fallback;
}

function findProblem(name: string): string | null {
  if (name === "") return "is empty";
  if (hasUnseen(name)) return "has a control character or another character that is not seen";
  if (name.includes("\\")) return "has a backslash: write folders with /";
  if (LOOK_ALIKES.test(name) || countSlashes(name.normalize("NFKC")) !== countSlashes(name)) {
    return "has a character that looks like a slash or a dot";
  }
  if (name.startsWith("/")) return "is an absolute path: give one relative to the working folder";
  if (Buffer.byteLength(name) > MAX_PATH_BYTES) return `is longer than ${MAX_PATH_BYTES} bytes`;
  const segments = name.split("/");
  if (segments.length > MAX_SEGMENTS) return `is more than ${MAX_SEGMENTS} folders deep`;
  return findFirst(segments, findSegmentProblem) ?? findReserved(segments);
}

function findSegmentProblem(segment: string): string | null {
  if (segment === "") return "has an empty part between, before or after its slashes";
  if (segment === "." || segment === "..")
    return "has a part . or ..: name the file by its place in the working folder";
  if (segment !== segment.trim()) return "has a space at the beginning or the end of a part";
  if (Buffer.byteLength(segment) > MAX_SEGMENT_BYTES)
    return `has a part longer than ${MAX_SEGMENT_BYTES} bytes`;
  return null;
}

function findReserved(segments: readonly string[]): string | null {
  const keys = segments.map(toLookAlikeKey);
  const reserved = RESERVED_AT_THE_TOP.has(keys[0] ?? "") || keys.includes(RESERVED_ANYWHERE);
  return reserved ? "is reserved for the program itself: choose another name" : null;
}

function findFirst(segments: readonly string[], find: (segment: string) => string | null): string | null {
  for (const segment of segments) {
    const problem = find(segment);
    if (problem !== null) return problem;
  }
  return null;
}

function hasUnseen(text: string): boolean {
  return UNSEEN.test(text.replaceAll(VARIATION_SELECTORS, ""));
}

function countSlashes(text: string): number {
  return text.split(/[/\\]/).length - 1;
}

/** Keeps the end, where the extension stands, and never cuts a character in two. */
function cutToBytes(text: string, maxBytes: number): string {
  const characters = [...text];
  let bytes = Buffer.byteLength(text);
  const stem = characters.length - 16;
  for (let at = stem - 1; at > 0 && bytes > maxBytes; at -= 1) {
    bytes -= Buffer.byteLength(characters[at] ?? "");
    characters.splice(at, 1);
  }
  return bytes > maxBytes ? "" : characters.join("");
}
