/** Largest request body of an operation that sets no limit of its own. */
export const BODY_LIMIT_BYTES = 1024 * 1024;

/** ChatGPT refuses answers of 100,000 characters or more; answers stay this far below, counted as serialised JSON. */
export const ANSWER_LIMIT_CHARACTERS = 95_000;

/** ChatGPT waits 45 s for an answer: programs end well before. */
export const EXECUTE_TIMEOUT_SECONDS = { minimum: 1, maximum: 30, default: 10 } as const;

/** How long a statement may run. */
export const QUERY_TIMEOUT_SECONDS = { minimum: 1, maximum: 300, default: 60 } as const;

/** How many rows one answer holds at most; the answer's size may stop it earlier. */
export const QUERY_MAX_RESULTS = { minimum: 1, maximum: 10_000, default: 1000 } as const;

/** What the parameters of a statement may hold: all of them, elements of each array, arrays and structs within each other, a name. */
export const QUERY_PARAMETERS = { count: 100, elements: 10_000, depth: 4, nameCharacters: 128 } as const;

/** How long the rest of a result can be read, page by page. */
export const QUERY_RESULT_LIFETIME_SECONDS = 3600;

/** Names in one answer of a list of the warehouse. */
export const LIST_LIMIT = { minimum: 1, maximum: 1000, default: 100 } as const;

/** Rows of a table that show what it holds. */
export const SAMPLE_ROWS = { minimum: 0, maximum: 5, default: 0 } as const;

const MIB = 1024 * 1024;

/** Body of a request that carries files: 20 MiB of content are 27 MiB in base64. */
export const EXECUTE_BODY_LIMIT_BYTES = 28 * MIB;

/** What goes into a program. */
export const INPUT_FILES = { count: 10, inlineBytes: 20 * MIB, fetchedBytes: 10 * MIB } as const;

/** What comes out of a program; ChatGPT takes ten files. */
export const OUTPUT_FILES = { count: 20, fileBytes: 10 * MIB, totalBytes: 100 * MIB } as const;

/** Folders of sessions. */
export const SESSION_FILES = { count: 1000, bytes: 100 * MIB } as const;

/** ChatGPT waits 45 s: what takes longer is answered with a handle. */
export const WAIT_SECONDS = { minimum: 0, maximum: 40, default: 40 } as const;

/** How long links to files, and the folders of sessions, live. */
export const FILE_LIFETIME_SECONDS = 3600;

/** How long results and idempotency keys are remembered. */
export const EXECUTION_LIFETIME_SECONDS = 24 * 3600;
