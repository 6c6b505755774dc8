import { isWord, type Node } from "../syntax/syntax-tree.ts";

/** A column of AGGREGATE. */
export interface OrderedItem {
  readonly nodes: readonly Node[];
  /** `DESC NULLS LAST`; empty for the default order, null when this column orders nothing. */
  readonly suffix: readonly Node[] | null;
}

/** Parts a column from the suffix that orders by it. @param isOrdered true when a column without a suffix orders too */
export function readOrdered(part: readonly Node[], isOrdered: boolean): OrderedItem {
  const at = part.findIndex((node) => isWord(node, "ASC", "DESC"));
  const nulls = part.findIndex((node) => isWord(node, "NULLS"));
  const start = at >= 0 ? at : nulls;
  if (start < 0) return { nodes: part, suffix: isOrdered ? [] : null };
  return { nodes: part.slice(0, start), suffix: part.slice(start) };
}
