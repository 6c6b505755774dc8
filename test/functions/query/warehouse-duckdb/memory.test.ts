import { readFileSync } from "node:fs";
import { expect, it } from "@jest/globals";
import { describeWith } from "../../../support/capabilities.ts";
import { noteProcesses } from "../../../support/started-processes.ts";
import { waitUntil } from "../../../support/wait-until.ts";
import { openTestWarehouse } from "./test-warehouse.ts";

const MIB = 1024 * 1024;
const LIMIT_BYTES = 512 * MIB;
const NUMBERS = "shop.numbers";

/** Statements that take memory as fast as they can, each in another way. */
const GREEDY = [
  `SELECT ARRAY_AGG(CONCAT(CAST(a.n AS STRING), REPEAT('x', 1000))) FROM ${NUMBERS} a CROSS JOIN ${NUMBERS} b`,
  `SELECT STRING_AGG(REPEAT('x', 100000)) FROM ${NUMBERS}`,
  `SELECT SUM(LENGTH(REPEAT('x', 1000000 + n))) FROM ${NUMBERS}`,
  `SELECT a.n, b.n AS m FROM ${NUMBERS} a CROSS JOIN ${NUMBERS} b ORDER BY MOD(a.n * b.n, 1000), b.n`,
  `SELECT COUNT(*) FROM (SELECT DISTINCT a.n, b.n AS m FROM ${NUMBERS} a CROSS JOIN ${NUMBERS} b)`,
  "SELECT GENERATE_ARRAY(1, 1000000) FROM UNNEST(GENERATE_ARRAY(1, 100000)) x",
  "WITH RECURSIVE r AS (SELECT 'x' AS s UNION ALL SELECT CONCAT(s, s) FROM r) SELECT MAX(LENGTH(s)) FROM r",
  "SELECT LPAD('x', 2000000000, 'y')",
];

const started = noteProcesses();

/** What all engines hold together, without the pages of program files, which the kernel shares. */
function anonymousBytes(): number {
  const sizes = started().map(({ pid }) => {
    try {
      return Number(/^RssAnon:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "latin1"))?.[1] ?? 0);
    } catch {
      return 0; // It ended while we looked.
    }
  });
  return sizes.reduce((sum, size) => sum + size, 0) * 1024;
}

describeWith("sandbox", "the memory of the engines", () => {
  it("stays below its limit, whatever is asked, as the host counts it", async () => {
    const at = openTestWarehouse({ memoryLimitBytes: LIMIT_BYTES });
    let peak = 0;
    const watch = setInterval(() => {
      peak = Math.max(peak, anonymousBytes());
    }, 10);
    try {
      at.write("shop/numbers.csv", `n\n${Array.from({ length: 20_000 }, (_, i) => i + 1).join("\n")}\n`);
      await at.warehouse.warm();
      for (const sql of GREEDY) {
        const outcome = await at.query(sql, { timeoutMs: 4000 });
        const codes = ["query_out_of_memory", "query_timed_out", "query_failed"];
        expect([sql, outcome.kind === "failure" && codes.includes(outcome.code)]).toEqual([sql, true]);
        expect(await at.rows("SELECT 1 AS one")).toEqual([{ one: 1 }]);
      }
      expect(peak).toBeGreaterThan(LIMIT_BYTES / 4);
      expect(peak).toBeLessThan(LIMIT_BYTES * 1.1);
    } finally {
      clearInterval(watch);
      await at.close();
    }
  }, 180_000);

  it("is given back: after greedy statements the engines hold what idle ones hold", async () => {
    const at = openTestWarehouse();
    try {
      at.write("shop/numbers.csv", `n\n${Array.from({ length: 20_000 }, (_, i) => i + 1).join("\n")}\n`);
      for (const sql of GREEDY.slice(0, 2)) await at.query(sql, { timeoutMs: 4000 });
      await waitUntil(() => anonymousBytes() < 400 * MIB);
      expect(await at.rows("SELECT 1 AS one")).toEqual([{ one: 1 }]);
    } finally {
      await at.close();
    }
  }, 120_000);
});
