/** Remembers what was worked out for a text; the least recently used is forgotten first. */
export interface TextCache<Value> {
  get(text: string): Value | undefined;
  set(text: string, value: Value): void;
}

const MAX_ENTRIES = 500;
/** Longer texts are not asked twice often enough to be worth their memory. */
const MAX_TEXT_CHARACTERS = 8 * 1024;

/** Starts empty; holds at most 500 texts of up to 8 KiB. */
export function createTextCache<Value>(): TextCache<Value> {
  const entries = new Map<string, Value>();
  return {
    get(text) {
      const value = entries.get(text);
      if (value === undefined) return undefined;
      entries.delete(text);
      entries.set(text, value);
      return value;
    },
    set(text, value) {
      if (text.length > MAX_TEXT_CHARACTERS) return;
      entries.set(text, value);
      for (const oldest of entries.keys()) {
        if (entries.size <= MAX_ENTRIES) break;
        entries.delete(oldest);
      }
    },
  };
}
