import { describe } from "@jest/globals";
import { describeKeys } from "./contract/keys.ts";
import { describeLists } from "./contract/lists.ts";
import { describeReading } from "./contract/reading.ts";
import { describeWriting } from "./contract/writing.ts";
import { type OpenStore, useStore } from "./store-bench.fixture.ts";

/** What every adapter of `ObjectStore` promises. */
export function describeObjectStore(name: string, open: OpenStore): void {
  describe(name, () => {
    const bench = useStore(open);
    describeKeys(bench);
    describeWriting(bench);
    describeReading(bench);
    describeLists(bench);
  });
}
