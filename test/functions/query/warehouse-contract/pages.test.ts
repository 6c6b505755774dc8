import { expect, it } from "@jest/globals";
import type { Page, PageLimits, PageReference, Row } from "#functions/query/warehouse/warehouse.ts";
import { describeWith } from "../../../support/capabilities.ts";
import { ADAPTERS, type AdapterName, twoWarehouses } from "./two-warehouses.fixture.ts";

const COUNT = 25;
const LINES = Array.from({ length: COUNT }, (_, n) => `${n},${"é".repeat(n * 10)}`);
const SQL = "SELECT n, s FROM d.numbers ORDER BY n";
const LIMITS: PageLimits = { maxRows: 10, maxCharacters: 95_000 };

describeWith("sandbox", "a result in pages", () => {
  const two = twoWarehouses({ files: { "d/numbers.csv": ["n,s", ...LINES].join("\n") } });

  /** The pages of a statement, from the first to the last. */
  async function pagesOf(adapter: AdapterName, limits: PageLimits): Promise<readonly Page[]> {
    const pages = [await asPage(two.ask(adapter, SQL, limits))];
    for (
      let next = pages[0]?.next ?? null;
      next !== null && pages.length < 30;
      next = pages.at(-1)?.next ?? null
    ) {
      pages.push(
        await asPage(two.warehouse(adapter).readPage(next, limits, { signal: new AbortController().signal })),
      );
    }
    return pages;
  }

  it.each<[string, PageLimits]>([
    ["by their number", LIMITS],
    ["by one", { ...LIMITS, maxRows: 1 }],
    ["to their number exactly", { ...LIMITS, maxRows: COUNT }],
    ["by their size", { maxRows: 1000, maxCharacters: 1500 }],
    ["by their size as CSV", { maxRows: 1000, maxCharacters: 1500, format: "csv" }],
    ["by their size as columns", { maxRows: 1000, maxCharacters: 1500, format: "columns" }],
  ])("is cut %s at the same rows", async (_how, limits) => {
    const [one, other] = [await pagesOf("bigquery", limits), await pagesOf("duckdb", limits)];
    const shape = ({ rows, truncatedBy, totalRows }: Page) => ({ rows: rows.length, truncatedBy, totalRows });
    expect(one.map(shape)).toEqual(other.map(shape));
    const rows: readonly Row[] = one.flatMap((page) => page.rows);
    expect(rows).toEqual(other.flatMap((page) => page.rows));
    expect(rows.map(({ n }) => n)).toEqual(Array.from({ length: COUNT }, (_, n) => n));
    expect(one[0]?.truncatedBy).toBe(
      one.length === 1 ? null : limits.maxRows < COUNT ? "max_results" : "size",
    );
  });

  it.each(ADAPTERS)("has a schema where it has no rows (%s)", async (adapter) => {
    expect(await two.ask(adapter, `${SQL.replace("ORDER", "WHERE n < 0 ORDER")}`)).toMatchObject({
      schema: [{ name: "n" }, { name: "s" }],
      rows: [],
      totalRows: 0,
      truncatedBy: null,
      next: null,
    });
  });

  it.each(ADAPTERS)("has references of at most 512 characters (%s)", async (adapter) => {
    const [first] = await pagesOf(adapter, LIMITS);
    expect(JSON.stringify(first?.next).length).toBeLessThanOrEqual(512);
  });

  it.each<[string, PageReference]>([
    ["nothing", {}],
    ["a job with another name", { job: "job_of_someone_else", location: "US", start: 0 }],
    ["a job that never was", { job: "query_00000000-0000-0000-0000-000000000000", location: "US", start: 0 }],
    [
      "a row before the first",
      { job: "query_00000000-0000-0000-0000-000000000000", location: "US", start: -1 },
    ],
    ["a path", { job: "../datasets/d", location: "US", start: 0, key: "../../etc/passwd", offset: 0 }],
  ])("is none for a reference to %s", async (_what, reference) => {
    for (const adapter of ADAPTERS) {
      const { signal } = new AbortController();
      expect(await two.warehouse(adapter).readPage(reference, LIMITS, { signal })).toBeNull();
    }
  });

  it("is none for a reference of the other warehouse", async () => {
    const { signal } = new AbortController();
    const [[one], [other]] = [await pagesOf("bigquery", LIMITS), await pagesOf("duckdb", LIMITS)];
    expect(await two.warehouse("duckdb").readPage(one?.next ?? {}, LIMITS, { signal })).toBeNull();
    expect(await two.warehouse("bigquery").readPage(other?.next ?? {}, LIMITS, { signal })).toBeNull();
  });

  it("is none once BigQuery has forgotten the job", async () => {
    const [first] = await pagesOf("bigquery", LIMITS);
    two.bigquery().loseJobs();
    const { signal } = new AbortController();
    expect(await two.warehouse("bigquery").readPage(first?.next ?? {}, LIMITS, { signal })).toBeNull();
  });
});

async function asPage(asked: Promise<unknown>): Promise<Page> {
  const outcome = (await asked) as Page | null;
  if (outcome?.kind !== "rows") throw new Error(JSON.stringify(outcome));
  return outcome;
}
