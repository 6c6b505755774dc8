import { createHash } from "node:crypto";

/** Chance that a seed makes: the same event of the same run has the same luck each time, in whatever order runs are. */
export interface Chance {
  /** @returns from 0 to below 1 */
  of(run: number, event: string): number;
}

/** Makes it of a seed. */
export function createChance(seed: string): Chance {
  return {
    of: (run, event) =>
      createHash("sha256").update(`${seed}/${run}/${event}`).digest().readUInt32BE() / 2 ** 32,
  };
}

/** Picks one of some things by two lots: whether, and which. @returns null for the share that has no trouble */
export function pick<T>(things: readonly T[], share: number, lot: number): T | null {
  return lot < share ? (things[Math.floor((lot / share) * things.length)] ?? null) : null;
}

/** Counts how often something was asked for. */
export function createOrdinals(): (name: string) => number {
  const counts = new Map<string, number>();
  return (name) => {
    const next = (counts.get(name) ?? 0) + 1;
    counts.set(name, next);
    return next;
  };
}

/** More of them one after another would be an outage, and no bad luck. */
const MOST_IN_A_ROW = 3;

/** Lets no more than three troubles of one kind of call come one after another. */
export function createRows(): <T>(name: string, trouble: T | null) => T | null {
  const rows = new Map<string, number>();
  return (name, trouble) => {
    const row = trouble === null ? 0 : (rows.get(name) ?? 0) + 1;
    const isTooLong = row > MOST_IN_A_ROW;
    rows.set(name, isTooLong ? 0 : row);
    return isTooLong ? null : trouble;
  };
}
