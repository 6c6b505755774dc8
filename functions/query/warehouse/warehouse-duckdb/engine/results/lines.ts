/** The last line of a stored result when its next row is too long for any page. */
export const TOO_LONG_LINE = "!\n";

/** The last line of a stored result when rows after it are not kept. */
export const NOT_KEPT_LINE = "?\n";
