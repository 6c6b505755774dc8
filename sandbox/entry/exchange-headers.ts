const MIB = 1024 * 1024;

/**
 * What a container of the job sends with a result: it is written once, and is no longer than any result. The address is signed
 * with these headers, so that no other ones are taken (https://cloud.google.com/storage/docs/xml-api/reference-headers).
 */
export const RESULT_HEADERS = {
  "x-goog-if-generation-match": "0",
  "x-goog-content-length-range": `0,${160 * MIB}`,
} as const;

/** What comes with a claim: of a program that several containers may find, one has it. */
export const CLAIM_HEADERS = {
  "x-goog-if-generation-match": "0",
  "x-goog-content-length-range": "0,1024",
} as const;
