import { expect, it, jest } from "@jest/globals";
import { describeWith } from "../../support/capabilities.ts";
import { waitUntil } from "../../support/wait-until.ts";
import { serveFolder } from "./serve-folder.fixture.ts";
import type { ServedQuery } from "./serve-query.fixture.ts";

jest.setTimeout(90_000);

const COUNT =
  "SELECT n, CONCAT('row ', CAST(n AS STRING)) AS s FROM UNNEST(GENERATE_ARRAY(1, 2500)) AS n ORDER BY n";
const ROWS = Array.from({ length: 2500 }, (_, index) => ({ n: index + 1, s: `row ${index + 1}` }));

/** Rows of every page. */
async function readAll({ query }: ServedQuery, request: object): Promise<{ rows: unknown[]; pages: number }> {
  let { body } = await query(request);
  const rows: unknown[] = [...body.data];
  let pages = 1;
  for (; body.next_page_token !== null && pages < 100; pages += 1) {
    ({ body } = await query({ ...request, page_token: body.next_page_token }));
    expect(body.success).toBe(true);
    rows.push(...body.data);
  }
  return { rows, pages };
}

describeWith("sandbox", "a result of the embedded warehouse that is longer than a page", () => {
  const at = serveFolder();
  const { query } = at;

  it("is read on to its end, each row once, by rows and by size", async () => {
    expect(await readAll(at, { sql: COUNT, max_results: 700 })).toEqual({ rows: ROWS, pages: 4 });
    const bySize = await readAll(at, { sql: COUNT, max_results: 10_000 });
    expect(bySize).toEqual({ rows: ROWS, pages: 1 });
    const wide = "SELECT REPEAT('é', 5000) AS s, n FROM UNNEST(GENERATE_ARRAY(1, 100)) AS n ORDER BY n";
    const { rows, pages } = await readAll(at, { sql: wide, max_results: 10_000 });
    expect(rows).toHaveLength(100);
    expect(pages).toBeGreaterThan(4);
  });

  it("says how many rows there are, on every page", async () => {
    const request = { sql: COUNT, max_results: 2000 };
    const first = (await query(request)).body;
    expect(first).toMatchObject({
      total_rows: 2500,
      truncated: true,
      truncated_by: "max_results",
      row_count: 2000,
    });
    const last = (await query({ ...request, page_token: first.next_page_token })).body;
    expect(last).toMatchObject({
      total_rows: 2500,
      truncated: false,
      truncated_by: null,
      next_page_token: null,
      row_count: 500,
      query_id: first.query_id,
      schema: first.schema,
    });
  });

  it("stays as it was when the data change", async () => {
    at.write("shop/t.csv", `n\n${ROWS.map(({ n }) => n).join("\n")}\n`);
    const request = { sql: "SELECT n FROM shop.t ORDER BY n", max_results: 1000 };
    const first = (await at.query(request)).body;
    at.write("shop/t.csv", "n\n-1\n");
    const second = (await at.query({ ...request, page_token: first.next_page_token })).body;
    expect(second).toMatchObject({ data: { 0: { n: 1001 }, 999: { n: 2000 } }, total_rows: 2500 });
    expect((await at.query(request)).body.data).toEqual([{ n: -1 }]);
  });

  it("goes on after a restart of the server", async () => {
    const request = { sql: COUNT, max_results: 1000 };
    const { body } = await at.query(request);
    await at.restart();
    const next = await at.query({ ...request, page_token: body.next_page_token });
    expect(next.body.data).toEqual(ROWS.slice(1000, 2000));
  });

  it("belongs to its statement and its caller", async () => {
    const request = { sql: COUNT, max_results: 1000 };
    const { next_page_token: page_token } = (await at.query(request)).body;
    const refused = [
      await at.query({ ...request, page_token }, "noor"),
      await at.query({ ...request, sql: `${COUNT} LIMIT 2400`, page_token }),
      await at.query({ ...request, page_token: `${page_token}x` }),
    ];
    for (const { status, body } of refused) {
      expect([status, body.code]).toEqual([400, "invalid_page_token"]);
    }
    expect(new Set(refused.map(({ body }) => body.error)).size).toBe(1);
    expect((await at.query({ ...request, page_token, max_results: 1 })).body.data).toEqual([ROWS[1000]]);
  });

  it("leaves nothing behind when its caller leaves while it is stored", async () => {
    const endless = `SELECT a.n, b.n AS m FROM UNNEST(GENERATE_ARRAY(1, 100000)) AS a_n, (${COUNT}) a, (${COUNT}) b`;
    const before = await at.keptResults();
    // The engine is there, so that the statement is under way when its caller leaves.
    await at.query({ sql: "SELECT 1 AS one" });
    const leave = new AbortController();
    const asked = at.query({ sql: endless, max_results: 10 }, "ada", leave.signal);
    setTimeout(() => leave.abort(), 1_500);
    await expect(asked).rejects.toThrow();
    // What is not whole is never seen; what was whole before is still there.
    await waitUntil(async () => (await at.keptResults()) === before);
    expect((await at.query({ sql: "SELECT 1 AS one" })).body.data).toEqual([{ one: 1 }]);
  });

  it("is told apart from one whose rest is too long to be kept", async () => {
    const sql = `SELECT REPEAT('x', 20000) AS s FROM UNNEST(GENERATE_ARRAY(1, 2500)) AS n`;
    let { body } = await query({ sql });
    expect(body).toMatchObject({ truncated: true, total_rows: 2500 });
    let rows = body.row_count;
    while (body.next_page_token !== null) {
      ({ body } = await query({ sql, page_token: body.next_page_token }));
      rows += body.row_count;
    }
    // 32 MiB hold about 1,677 such rows: what follows is said to be missing.
    expect(rows).toBeGreaterThan(1500);
    expect(rows).toBeLessThan(1700);
    expect(body).toMatchObject({ truncated: true, truncated_by: "size", next_page_token: null });
  });
});
