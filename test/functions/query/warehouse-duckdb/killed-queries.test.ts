import { globSync, readdirSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { expect, it } from "@jest/globals";
import { describeFull, describeWith } from "../../../support/capabilities.ts";
import { noteMounts } from "../../../support/note-mounts.ts";
import { processesBelow } from "../../../support/processes-below.ts";
import { waitUntil } from "../../../support/wait-until.ts";
import { openTestWarehouse, type TestWarehouse } from "./test-warehouse.ts";

const NUMBERS = "shop.numbers";
const ENGINES = 2;

/** What a statement may leave behind on the host. */
const createCount =
  (mountsSince = noteMounts()) =>
  () => ({
    processes: processesBelow(process.pid).length,
    descriptors: readdirSync("/proc/self/fd").length,
    mounts: mountsSince().length,
    controlGroups: globSync(`/sys/fs/cgroup/**/sandbox-${process.pid}-*/`).length,
  });

const NASTY = [
  `SELECT COUNT(*) FROM ${NUMBERS} a, ${NUMBERS} b, ${NUMBERS} c WHERE MOD(a.n + b.n + c.n, 7) = 8`,
  "SELECT LENGTH(REPLACE(REPEAT('a', 1000000), 'a', REPEAT('b', 1000)))",
  `SELECT ARRAY_AGG(REPEAT('x', 100000)) FROM ${NUMBERS} a, ${NUMBERS} b`,
  `SELECT a.n, b.n AS m FROM ${NUMBERS} a, ${NUMBERS} b`,
  `SELECT 1${" UNION ALL SELECT 1".repeat(4000)}`,
];

/** Half of the callers leave at a moment of their own; the other half waits for the limit. */
async function runNasty(at: TestWarehouse, statements: number): Promise<void> {
  for (let first = 0; first < statements; first += 2) {
    const pair = [first, first + 1].map((index) => {
      const sql = NASTY[index % NASTY.length] ?? "";
      const patience = index % 2 === 0 ? 1 + ((index * 37) % 400) : 60_000;
      return at.query(sql, { timeoutMs: 300, signal: AbortSignal.timeout(patience) });
    });
    await Promise.allSettled(pair);
  }
}

async function expectNothingLeft(statements: number): Promise<void> {
  const count = createCount();
  const before = count();
  const at = openTestWarehouse({ maxRunning: ENGINES });
  try {
    at.write("shop/numbers.csv", `n\n${Array.from({ length: 20_000 }, (_, i) => i + 1).join("\n")}\n`);
    const settle = async () => {
      // Both engines have to be there, and to have been used.
      await Promise.all([1, 2].map(() => at.rows(`SELECT COUNT(*) AS n FROM ${NUMBERS}`)));
      await waitUntil(() => processesBelow(process.pid).length === 2 * ENGINES);
      await new Promise((resolve) => setTimeout(resolve, 1000));
    };
    await settle();
    const idle = count();
    await runNasty(at, statements);
    await settle();
    await waitUntil(() => isDeepStrictEqual(count(), idle)).catch(() => undefined);
    expect(count()).toEqual(idle);
    expect([...at.results.objects.keys()].length).toBeLessThanOrEqual(statements);
  } finally {
    await at.close();
  }
  await waitUntil(() => count().processes <= before.processes);
  const after = count();
  for (const [what, left] of Object.entries(after)) {
    expect([what, left <= before[what as keyof typeof before]]).toEqual([what, true]);
  }
}

describeWith("sandbox", "queries that are killed", () => {
  it("leave no process, descriptor, mount or control group behind", () => expectNothingLeft(20), 240_000);
});

describeFull(["sandbox"], "five hundred queries that are killed", () => {
  it("leave nothing behind", () => expectNothingLeft(500), 1_800_000);
});
