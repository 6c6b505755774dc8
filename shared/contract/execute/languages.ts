/** Languages that programs may be written in. */
export const LANGUAGES = ["python", "javascript"] as const;

/** A language that programs may be written in. */
export type Language = (typeof LANGUAGES)[number];
