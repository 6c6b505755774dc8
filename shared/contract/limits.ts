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
