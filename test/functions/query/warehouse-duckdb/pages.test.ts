import { afterAll, afterEach, beforeAll, expect, it } from "@jest/globals";
import type { Page, PageReference, QueryOutcome } from "#functions/query/warehouse/warehouse.ts";
import { describeWith } from "../../../support/capabilities.ts";
import { waitUntil } from "../../../support/wait-until.ts";
import { openTestWarehouse, type TestWarehouse } from "./test-warehouse.ts";

const MINUTE_MS = 60_000;
const MIB = 1024 * 1024;
const LIMITS = { maxRows: 1000, maxCharacters: 95_000 };
const signal = new AbortController().signal;
const series = (count: number) => `SELECT n FROM UNNEST(GENERATE_ARRAY(1, ${count})) AS n`;
/** 900,000 rows of a kilobyte: far beyond what is kept. */
const HUGE =
  `SELECT a.n, REPEAT('y', 1000) AS s FROM UNNEST(GENERATE_ARRAY(1, 900)) AS a, (${series(1000)}) AS b`.replace(
    "a.n, REPEAT",
    "b.n, REPEAT",
  );

function toPage(outcome: QueryOutcome | null): Page {
  if (outcome?.kind !== "rows") throw new Error(JSON.stringify(outcome));
  return outcome;
}

describeWith("sandbox", "pages of a result", () => {
  let at: TestWarehouse;
  const read = (reference: PageReference, limits = LIMITS) =>
    at.warehouse.readPage(reference, limits, { signal });
  const nextOf = (page: Page): PageReference => {
    if (page.next === null) throw new Error("there is no next page");
    return page.next;
  };
  beforeAll(async () => {
    at = openTestWarehouse();
    await at.warehouse.warm();
  }, MINUTE_MS);
  afterAll(() => at.close());
  afterEach(() => {
    at.results.objects.clear();
    at.results.beforePiece = async () => undefined;
  });

  it(
    "give every row once, in order, with the schema and the total on each",
    async () => {
      let page = toPage(await at.query(series(25_000), LIMITS));
      const seen: unknown[] = [];
      for (let pages = 1; ; pages += 1) {
        expect(page).toMatchObject({
          totalRows: 25_000,
          schema: [{ name: "n", type: "INT64", mode: "NULLABLE" }],
        });
        seen.push(...page.rows.map((row) => row["n"]));
        if (page.next === null) {
          expect([pages, page.truncatedBy]).toEqual([25, null]);
          break;
        }
        expect(page.truncatedBy).toBe("max_results");
        expect(JSON.stringify(page.next).length).toBeLessThanOrEqual(512);
        page = toPage(await read(page.next));
      }
      expect(seen).toEqual(Array.from({ length: 25_000 }, (_, i) => i + 1));
    },
    MINUTE_MS,
  );

  it("are read with the limits of each request, as often as one likes", async () => {
    const first = toPage(await at.query(series(100), { maxRows: 10 }));
    for (const maxRows of [1, 7, 90, 1000]) {
      const page = toPage(await read(nextOf(first), { ...LIMITS, maxRows }));
      expect(page.rows.map((row) => row["n"])).toEqual(
        Array.from({ length: Math.min(maxRows, 90) }, (_, i) => i + 11),
      );
      expect(page.next === null).toBe(maxRows >= 90);
    }
    const small = toPage(await read(nextOf(first), { maxRows: 1000, maxCharacters: 150 }));
    expect(small.truncatedBy).toBe("size");
    expect(JSON.stringify(small.schema).length + JSON.stringify(small.rows).length).toBeLessThanOrEqual(152);
  });

  it("keep nothing of a result that fits into one answer", async () => {
    expect(toPage(await at.query(series(10), { maxRows: 10 }))).toMatchObject({
      next: null,
      truncatedBy: null,
    });
    expect(at.results.objects.size).toBe(0);
  });

  it("a reference that was not made here, or whose result is gone, is none", async () => {
    const first = toPage(await at.query(series(100), { maxRows: 10 }));
    const good = nextOf(first);
    for (const change of [
      { id: "../../secret" },
      { id: "00000000-0000-4000-8000-000000000000" },
      { offset: -5 },
      { offset: 1e300 },
      { offset: 0 },
      { head: 0 },
      { head: 5 },
      { row: "x" },
      { total: Number.NaN },
    ]) {
      expect([change, await read({ ...good, ...change } as PageReference)]).toEqual([change, null]);
    }
    expect(await read({})).toBeNull();
    at.results.objects.clear();
    expect(await read(good)).toBeNull();
  });

  it("a row too long for any page ends the result where it lies, with the rows before it", async () => {
    const rows =
      "SELECT n, REPEAT('x', IF(n = 6, 200000, 1)) AS s FROM UNNEST(GENERATE_ARRAY(1, 9)) AS n ORDER BY n";
    const first = toPage(await at.query(rows, { maxRows: 3 }));
    const second = toPage(await read(nextOf(first)));
    expect(second.rows.map((row) => row["n"])).toEqual([4, 5]);
    expect(await read(nextOf(second))).toMatchObject({ kind: "failure", code: "result_too_large" });
    const alone = "SELECT REPEAT('x', 200000) AS s";
    expect(await at.query(alone)).toMatchObject({ kind: "failure", code: "result_too_large" });
  });

  it(
    "keep at most 32 MiB, and say where the rest begins",
    async () => {
      const first = toPage(await at.query(HUGE, { ...LIMITS, timeoutMs: 30_000 }));
      const [object] = at.results.objects.values();
      expect(object?.length).toBeGreaterThan(30 * MIB);
      expect(object?.length).toBeLessThanOrEqual(32 * MIB + 256 * 1024);
      const next = nextOf(first);
      const lastLines =
        object
          ?.toString("utf8", object.length - 20_000)
          .split("\n")
          .slice(1) ?? [];
      const offset = (object?.length ?? 0) - Buffer.byteLength(lastLines.join("\n"));
      const end = toPage(await read({ ...next, offset }));
      expect(end).toMatchObject({ truncatedBy: "size", next: null });
      expect(end.rows.length).toBeGreaterThan(10);
    },
    MINUTE_MS,
  );

  it(
    "wait for a slow store, and hold a piece at a time",
    async () => {
      const sizes: number[] = [];
      at.results.beforePiece = async (size) => {
        sizes.push(size);
        await new Promise((resolve) => setTimeout(resolve, 30));
      };
      const first = toPage(await at.query(series(60_000), { maxRows: 5 }));
      const steps = sizes.slice(1).map((size, i) => size - (sizes[i] ?? 0));
      expect(Math.max(...steps)).toBeLessThan(200 * 1024);
      expect(sizes.length).toBeGreaterThan(5);
      expect(toPage(await read(nextOf(first))).rows[0]).toEqual({ n: 6 });
    },
    MINUTE_MS,
  );

  it(
    "a store that is full costs the pages that follow, not the first one",
    async () => {
      at.results.beforePiece = async (size) => {
        if (size > 100_000) throw new Error("full");
      };
      const first = toPage(await at.query(series(60_000), { maxRows: 5 }));
      expect(first).toMatchObject({ totalRows: 60_000, truncatedBy: "max_results", next: null });
      expect(first.rows).toHaveLength(5);
    },
    MINUTE_MS,
  );

  it(
    "a caller who leaves while rows are stored leaves nothing behind",
    async () => {
      const caller = new AbortController();
      at.results.beforePiece = async (size) => {
        if (size > 1_000_000) caller.abort(new Error("left"));
      };
      await expect(at.query(HUGE, { signal: caller.signal })).rejects.toThrow("left");
      await waitUntil(() => at.results.objects.size === 0);
      expect(await at.rows("SELECT 1 AS one")).toEqual([{ one: 1 }]);
    },
    MINUTE_MS,
  );

  it(
    "when the time is up, what was made by then is the answer, and goes on as far as it was kept",
    async () => {
      at.results.beforePiece = () => new Promise((resolve) => setTimeout(resolve, 100));
      const first = toPage(await at.query(HUGE, { maxRows: 5, timeoutMs: 3000 }));
      expect(first).toMatchObject({ totalRows: null, truncatedBy: "max_results" });
      expect(toPage(await read(nextOf(first))).rows.length).toBeGreaterThan(10);
    },
    MINUTE_MS,
  );
});
