/** What a credential may allow (RFC 6749 §3.3), each with what it lets its holder do, in words for the owner. */
export const SCOPES = {
  execute: "Run programs in the sandbox, and read what they leave",
  query: "Read the data warehouse",
  "query:write": "Change data in the warehouse",
} as const satisfies Readonly<Record<string, string>>;

/** One of them. */
export type Scope = keyof typeof SCOPES;

/** Every scope, in the order in which they are shown. */
export const ALL_SCOPES = Object.keys(SCOPES).filter(isScope);

/** True for a scope of this product. */
export function isScope(text: string): text is Scope {
  return Object.hasOwn(SCOPES, text);
}
