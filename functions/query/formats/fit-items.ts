/** As many of a list's first items as fit. */
export interface FittingItems<Item> {
  readonly items: Item[];
  /** True when all of them do. */
  readonly isComplete: boolean;
}

/**
 * Takes items from the beginning of a list as long as they stay below a size together.
 * @param maxCharacters counted as JSON, with the commas between the items
 */
export function fitItems<Item>(all: readonly Item[], maxCharacters: number): FittingItems<Item> {
  let characters = 0;
  const end = all.findIndex((item) => {
    characters += JSON.stringify(item).length + ",".length;
    return characters > maxCharacters;
  });
  return end < 0 ? { items: [...all], isComplete: true } : { items: all.slice(0, end), isComplete: false };
}

const LONGEST_DESCRIPTION = 1000;

/** A text of an answer, a description by default: a long one is cut, and ends in …. @param longest in characters */
export function shorten(text: string | null, longest = LONGEST_DESCRIPTION): string | null {
  if (text === null || text.length <= longest) return text;
  return `${text.slice(0, longest - 1).toWellFormed()}…`;
}
