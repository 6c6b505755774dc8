import { unsupported } from "../failure.ts";
import { isWord, type Node } from "../syntax/syntax-tree.ts";
import type { CallRule } from "./call-rules.ts";

/** FORMAT sees the type of each value; a NULL that stands alone has none. */
const format: CallRule = (parts, write) => {
  const typed = (part: readonly Node[]) =>
    part.length === 1 && isWord(part[0], "NULL") ? "GS_CAST_STRING(NULL)" : `GS_INNER_PLAIN(${write(part)})`;
  return `OWN_FORMAT(${parts.map(typed).join(", ")})`;
};

/** The mode is a word, not a value. */
function withMode(name: string): CallRule {
  return (parts, write) => {
    const [x = [], mode] = parts;
    const [word] = mode ?? [];
    if (mode !== undefined && (mode.length !== 1 || word?.kind !== "word"))
      throw unsupported(`This form of ${name}`);
    const form = word?.kind === "word" ? word.text.toUpperCase() : "NFC";
    return `GS_${name}_AS(${write(x)}, '${form}')`;
  };
}

/** Functions of text whose call needs more than another name. */
export const TEXT_RULES: Readonly<Record<string, CallRule>> = {
  FORMAT: format,
  NORMALIZE: withMode("NORMALIZE"),
  NORMALIZE_AND_CASEFOLD: withMode("NORMALIZE_AND_CASEFOLD"),
};
