import type { Warehouse } from "#functions/query/warehouse/warehouse.ts";
import { type Check, createProbe } from "./check.ts";
import { BELT_CHECKS } from "./checks-of-belts.ts";
import { TABLE_CHECKS } from "./checks-of-tables.ts";
import { VALUE_CHECKS } from "./checks-of-values.ts";

/** The twenty, in their order: some rely on those before. */
export const CHECKS: readonly Check[] = [...VALUE_CHECKS, ...TABLE_CHECKS, ...BELT_CHECKS];

/** What came of one check. */
export interface CheckResult {
  readonly name: string;
  readonly isGood: boolean;
  /** What was found, or what went wrong. */
  readonly note: string;
}

const CHECK_LIMIT_MS = 90_000;

/** Runs the checks one after the other; what a check throws is its note. */
export async function* runChecks(warehouse: Warehouse): AsyncGenerator<CheckResult> {
  for (const { name, run } of CHECKS) {
    const probe = createProbe(warehouse, AbortSignal.timeout(CHECK_LIMIT_MS));
    yield await run(probe).then(
      (note) => ({ name, isGood: true, note }),
      (thrown: unknown) => ({
        name,
        isGood: false,
        note: thrown instanceof Error ? thrown.message : String(thrown),
      }),
    );
  }
}
