import { describe, it } from "@jest/globals";
import {
  CAPABILITIES,
  type CapabilityName,
  FULL_ONLY_MARK,
  NEVER_REQUIRED,
  NOT_RUN_MARK,
} from "./capability-catalogue.ts";

/**
 * Like `describe`, for a suite that needs something from the machine. What is missing makes the suite skip, and the closing
 * block of the run lists it; with `REQUIRE_ALL=1` it makes the suite fail, unless the machine could not have it at all.
 */
export function describeWith(
  needs: CapabilityName | readonly CapabilityName[],
  name: string,
  suite: () => void,
): void {
  const missing = [needs].flat().filter((need) => !CAPABILITIES[need].isThere());
  const required = missing.filter((need) => !NEVER_REQUIRED.includes(need));
  if (missing.length === 0) {
    describe(name, suite);
  } else if (process.env["REQUIRE_ALL"] === "1" && required.length > 0) {
    describe(name, () => {
      it.each(required)("needs %s", (need) => {
        throw new Error(`${need} is missing: ${CAPABILITIES[need].howToGet}`);
      });
    });
  } else {
    describe.skip(`${name} ${NOT_RUN_MARK}${missing.join(" and ")}]`, suite);
  }
}

/** Like `describeWith`, for a suite that takes long: only `npm run test:full` runs it. `needs` may be empty. */
export function describeFull(needs: readonly CapabilityName[], name: string, suite: () => void): void {
  if (process.env["TEST_FULL"] === "1") describeWith(needs, name, suite);
  else describe.skip(`${name} ${FULL_ONLY_MARK}`, suite);
}
