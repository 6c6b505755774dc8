import { afterEach, beforeEach, expect, it } from "@jest/globals";
import type { Jail } from "#sandbox/jail/jail.ts";
import { startJail } from "#sandbox/jail/start-jail.ts";
import { describeWith } from "../../../support/capabilities.ts";
import { noteProcesses } from "../../../support/started-processes.ts";
import { openTestWarehouse, type TestWarehouse } from "./test-warehouse.ts";

const NUMBERS = "shop.numbers";
/** Eight million million rows: ends by being stopped only. */
const ENDLESS = `SELECT COUNT(*) AS n FROM ${NUMBERS} a CROSS JOIN ${NUMBERS} b CROSS JOIN ${NUMBERS} c WHERE MOD(a.n + b.n + c.n, 7) = 8`;
const MINUTE_MS = 60_000;

function writeNumbers(at: TestWarehouse): void {
  const numbers = Array.from({ length: 20_000 }, (_, i) => i + 1);
  at.write("shop/numbers.csv", `n\n${numbers.join("\n")}\n`);
}

describeWith("sandbox", "the engine of the embedded warehouse", () => {
  let at: TestWarehouse;
  let jails: Jail[];
  beforeEach(() => {
    jails = [];
    at = openTestWarehouse({
      startJail(spec) {
        const jail = startJail(spec);
        jails.push(jail);
        return jail;
      },
    });
    at.write("shop/orders.csv", "id\n1\n2\n");
    writeNumbers(at);
  });
  afterEach(() => at.close());

  it(
    "stops a statement at its time limit and answers the next one",
    async () => {
      await at.warehouse.warm();
      expect(await at.query(ENDLESS, { timeoutMs: 1000 })).toMatchObject({
        code: "query_timed_out",
        message: expect.stringContaining("timed out after 1 s"),
      });
      expect(await at.rows("SELECT 1 AS one")).toEqual([{ one: 1 }]);
    },
    MINUTE_MS,
  );

  it(
    "stops a statement when its caller leaves",
    async () => {
      await at.warehouse.warm();
      const caller = new AbortController();
      const running = at.query(ENDLESS, { signal: caller.signal });
      setTimeout(() => caller.abort(new Error("left")), 300);
      await expect(running).rejects.toThrow("left");
      await expect(at.query("SELECT 1", { signal: caller.signal })).rejects.toThrow("left");
      expect(await at.rows("SELECT 1 AS one")).toEqual([{ one: 1 }]);
    },
    MINUTE_MS,
  );

  it(
    "comes back when it is killed, and runs once more what was running",
    async () => {
      await at.warehouse.warm();
      const long = `SELECT COUNT(*) AS n FROM ${NUMBERS} a CROSS JOIN ${NUMBERS} b WHERE MOD(a.n * b.n, 1000) = 1`;
      const running = [at.rows(long), at.rows(long)];
      setTimeout(() => jails[0]?.kill(), 200);
      const [first, second] = await Promise.all(running);
      expect(first).toEqual(second);
      expect(jails.length).toBeGreaterThan(1);
      expect(await at.rows("SELECT COUNT(*) AS n FROM shop.orders")).toEqual([{ n: 2 }]);
    },
    MINUTE_MS,
  );

  it(
    "comes back when all engines are killed while they wait",
    async () => {
      await at.warehouse.warm();
      for (const jail of jails) jail.kill();
      await Promise.all(jails.map((jail) => jail.exited));
      expect(await at.rows("SELECT COUNT(*) AS n FROM shop.orders")).toEqual([{ n: 2 }]);
    },
    MINUTE_MS,
  );

  it(
    "ends a statement that takes too much memory, and nobody else's",
    async () => {
      await at.warehouse.warm();
      const greedy = `SELECT ARRAY_AGG(CONCAT(CAST(a.n AS STRING), REPEAT('x', 1000))) AS v FROM ${NUMBERS} a CROSS JOIN ${NUMBERS} b`;
      const [offender, innocent] = await Promise.all([
        at.query(greedy, { timeoutMs: 30_000 }),
        at.rows("SELECT COUNT(*) AS n FROM shop.orders"),
      ]);
      expect(offender).toMatchObject({ kind: "failure", code: "query_out_of_memory" });
      expect(innocent).toEqual([{ n: 2 }]);
      expect(await at.rows("SELECT 1 AS one")).toEqual([{ one: 1 }]);
    },
    MINUTE_MS,
  );

  it(
    "answers many callers at once, each with their own rows",
    async () => {
      const numbers = Array.from({ length: 24 }, (_, i) => i);
      const answers = await Promise.all(
        numbers.map((n) => at.rows(`SELECT ${n} AS n, id FROM shop.orders ORDER BY id`)),
      );
      expect(answers).toEqual(
        numbers.map((n) => [
          { n, id: 1 },
          { n, id: 2 },
        ]),
      );
    },
    MINUTE_MS,
  );

  it(
    "leaves no process behind when it closes, and ends what runs",
    async () => {
      const started = noteProcesses();
      await at.warehouse.warm();
      expect(started().length).toBeGreaterThan(0);
      const running = at.query(ENDLESS);
      const refused = expect(running).rejects.toMatchObject({ code: "warehouse_unavailable" });
      await at.warehouse.close();
      await refused;
      expect(started()).toEqual([]);
      await expect(at.query("SELECT 1")).rejects.toMatchObject({ code: "warehouse_unavailable" });
    },
    MINUTE_MS,
  );
});

describeWith("sandbox", "the queue before the engine", () => {
  it(
    "refuses what does not fit, and takes new statements when it is free again",
    async () => {
      const at = openTestWarehouse({ maxRunning: 1, maxQueued: 1 });
      writeNumbers(at);
      try {
        const running = at.query(ENDLESS, { timeoutMs: 2000 });
        const queued = at.rows("SELECT 1 AS one");
        await expect(at.query("SELECT 2")).rejects.toMatchObject({ code: "overloaded" });
        expect(await running).toMatchObject({ code: "query_timed_out" });
        expect(await queued).toEqual([{ one: 1 }]);
      } finally {
        await at.close();
      }
    },
    MINUTE_MS,
  );
});
