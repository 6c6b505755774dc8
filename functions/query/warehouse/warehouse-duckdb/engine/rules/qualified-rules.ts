import { unsupported } from "../failure.ts";
import {
  isParentheses,
  isSymbol,
  isWord,
  type Node,
  splitByComma,
  type Write,
} from "../syntax/syntax-tree.ts";

/** A sketch that is made only to be counted needs no sketch: the count is exact. */
function extractCount(items: readonly Node[], write: Write): string {
  const [sketch, point, init, group] = items;
  const isInit = isWord(sketch, "HLL_COUNT") && isSymbol(point, ".") && isWord(init, "INIT");
  if (!isInit || !isParentheses(group) || items.length !== 4) throw unsupported("A sketch that is kept");
  return `COUNT(DISTINCT ${write(splitByComma(group.items)[0] ?? [])})`;
}

const DISTANCES: Readonly<Record<string, string>> = {
  EUCLIDEAN: "GS_EUCLIDEAN_DISTANCE",
  COSINE: "GS_COSINE_DISTANCE",
};

function distance(items: readonly Node[], write: Write): string {
  const [from, to, kind] = splitByComma(items);
  const [literal] = kind ?? [];
  const name =
    kind === undefined ? "EUCLIDEAN" : literal?.kind === "string" ? literal.text.toUpperCase() : "";
  const macro = DISTANCES[name];
  if (macro === undefined || !from || !to) throw unsupported("This form of ML.DISTANCE");
  return `${macro}(${write(from)}, ${write(to)})`;
}

/** Functions that are called by a qualified name. */
export const QUALIFIED_RULES: Readonly<Record<string, (items: readonly Node[], write: Write) => string>> = {
  "HLL_COUNT.EXTRACT": extractCount,
  "ML.DISTANCE": distance,
};
