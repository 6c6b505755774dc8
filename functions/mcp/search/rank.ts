import type { CatalogueEntry } from "./catalogue.ts";

/** Results of one search. */
const MAX_RESULTS = 20;

const MAX_WORDS = 20;

/** The words of a text, in small letters. */
export function toWords(text: string): readonly string[] {
  return text
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== "")
    .slice(0, MAX_WORDS);
}

/** How well an entry answers: whole words of a name count most, then parts of names, then words of the description; 0 for not at all. */
export function scoreOf({ dataset, table, description }: CatalogueEntry, words: readonly string[]): number {
  const name = table ?? dataset;
  const nameWords = new Set(toWords(name));
  const context = `${table === null ? "" : dataset} ${description ?? ""}`.toLowerCase();
  return words.reduce((score, word) => {
    if (nameWords.has(word)) return score + 4;
    if (name.toLowerCase().includes(word)) return score + 2;
    return context.includes(word) ? score + 1 : score;
  }, 0);
}

/** The best first, at most 20; without any word the first ones as they are. */
export function rank(
  entries: readonly CatalogueEntry[],
  words: readonly string[],
): readonly CatalogueEntry[] {
  if (words.length === 0) return entries.slice(0, MAX_RESULTS);
  return entries
    .map((entry) => ({ entry, score: scoreOf(entry, words) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score)
    .slice(0, MAX_RESULTS)
    .map(({ entry }) => entry);
}
