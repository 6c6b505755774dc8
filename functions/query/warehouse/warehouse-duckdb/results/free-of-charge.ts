/** What the embedded warehouse answers about cost: it bills nobody, and runs each statement anew. */
export const FREE_OF_CHARGE = { bytesBilled: 0, cacheHit: false, estimatedCostUsd: 0 } as const;
