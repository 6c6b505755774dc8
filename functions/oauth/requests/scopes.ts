import { ALL_SCOPES, type Scope } from "#shared/contract/scopes.ts";

/** The scopes of this product among those of a request, in the order in which they are shown. @param text with spaces between them */
export function scopesOf(text: string): readonly Scope[] {
  const asked = new Set(text.split(" "));
  return ALL_SCOPES.filter((scope) => asked.has(scope));
}
