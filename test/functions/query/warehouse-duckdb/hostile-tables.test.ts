import { execFileSync } from "node:child_process";
import { renameSync, symlinkSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { describeWith } from "../../../support/capabilities.ts";
import { openTestWarehouse, type TestWarehouse } from "./test-warehouse.ts";

const MINUTE_MS = 60_000;
const MAKE_PIPE = "/usr/bin/mkfifo";
const signal = new AbortController().signal;

describeWith("sandbox", "hostile files as tables", () => {
  let at: TestWarehouse;
  beforeAll(async () => {
    at = openTestWarehouse();
    at.write("shop/orders.csv", "id\n1\n2\n");
    await at.warehouse.warm();
  }, MINUTE_MS);
  afterAll(() => at.close());

  it.each([
    [
      "a line with too many cells",
      "row.csv",
      `a,b\n${"1,2\n".repeat(5000)}3,4,5\n`,
      "line 5002 has 3 cells where the header has 2",
    ],
    ["a line with too few cells", "short.csv", "a,b\n1,2\n3\n", "as many cells in each line"],
    ["a quote that is not closed", "quote.csv", 'a,b\n1,2\n3,"x\n', "every quote closed"],
    ["Latin-1", "latin.csv", Buffer.from("name\nJosé\n", "latin1"), "line 2 is not UTF-8"],
    ["UTF-16", "utf16.csv", Buffer.from("name,age\nJosé,3\n", "utf16le"), "UTF-8"],
    ["a million columns", "wide.csv", `${"a,".repeat(1_000_000)}a\n`, "more than 10000 columns"],
    ["a cell of 3 MB", "long.csv", `a\n"${"x".repeat(3_000_000)}"\n`, "longer than 2,000,000 bytes"],
    [
      "no text at all",
      "noise.csv",
      Buffer.from(Array.from({ length: 9999 }, (_, i) => (i * 7919) % 256)),
      "UTF-8",
    ],
    ["half of a JSON object", "half.jsonl", '{"a":1}\n{"a":', ""],
    ["a parquet file that is none", "none.parquet", "PAR1 half written", ""],
    ["a parquet file with a wild footer", "footer.parquet", `PAR1${"x".repeat(100)}\xff\xff\xff\x7fPAR1`, ""],
  ])(
    "%s: says what is wrong with the table, and shows no path",
    async (_what, file, content, reason) => {
      at.write(`bad/${file}`, content);
      const table = file.slice(0, file.indexOf("."));
      const outcome = await at.query(`SELECT COUNT(*) FROM bad.${table}`);
      expect(outcome).toMatchObject({ kind: "failure", code: "query_failed" });
      expect(outcome).toHaveProperty(
        "message",
        expect.stringContaining(`Table demo.bad.${table} could not be read: `),
      );
      expect(outcome).toHaveProperty("message", expect.stringContaining(reason));
      expect(JSON.stringify(outcome)).not.toMatch(/\/warehouse|\/tmp|duckdb/i);
      expect(
        await at.warehouse.describeTable(
          { project: null, dataset: "bad", table },
          { signal, sampleRows: 5, maxCharacters: 10_000 },
        ),
      ).toMatchObject({ kind: "failure", code: "query_failed" });
      expect(await at.rows("SELECT 1 AS one")).toEqual([{ one: 1 }]);
    },
    MINUTE_MS,
  );

  it.each([
    ["JSON that is only brackets", "deep.json", `${"[".repeat(100_000)}${"]".repeat(100_000)}`],
    [
      "JSON with 50,000 names",
      "names.jsonl",
      `{${Array.from({ length: 50_000 }, (_, i) => `"k${i}":1`).join(",")}}\n`,
    ],
  ])(
    "%s costs its own statement at most",
    async (_what, file, content) => {
      at.write(`bad/${file}`, content);
      const outcome = await at.query(`SELECT COUNT(*) AS n FROM bad.${file.slice(0, file.indexOf("."))}`);
      if (outcome.kind === "rows") expect(outcome.rows).toHaveLength(1);
      else expect(["query_failed", "query_out_of_memory", "query_timed_out"]).toContain(outcome.code);
      expect(await at.rows("SELECT COUNT(*) AS n FROM shop.orders")).toEqual([{ n: 2 }]);
    },
    MINUTE_MS,
  );

  it("never opens what is no file of the folder", async () => {
    at.write("odd/orders.csv", "id\n1\n");
    execFileSync(MAKE_PIPE, [join(at.folder, "demo/odd/pipe.csv")]);
    symlinkSync("/etc/passwd", join(at.folder, "demo/odd/link.csv"));
    for (const table of ["pipe", "link", "`../shop/orders`", "`/etc/passwd`"]) {
      const outcome = await at.query(`SELECT * FROM odd.${table}`);
      expect(outcome.kind).toBe("failure");
      expect(JSON.stringify(outcome)).not.toMatch(/root:|nobody/);
    }
  });

  it.each(["csv", "parquet"])(
    "a %s file that is replaced, half written and removed under a running engine",
    async (format) => {
      const file = `live/sales.${format}`;
      const path = join(at.folder, "demo", file);
      const sum = "SELECT COUNT(*) AS n, SUM(v) AS v FROM live.sales";
      const write = (rows: number) =>
        format === "csv"
          ? at.write(file, `v\n${Array.from({ length: rows }, () => "7").join("\n")}\n`)
          : at.writeParquet(file, `SELECT 7 AS v FROM range(${rows})`);
      await write(50_000);
      expect(await at.rows(sum)).toEqual([{ n: 50_000, v: 350_000 }]);
      await write(10);
      expect(await at.rows(sum)).toEqual([{ n: 10, v: 70 }]);
      await write(50_000);
      truncateSync(path, 300);
      if (format === "parquet") {
        expect(await at.query(sum)).toMatchObject({ kind: "failure", code: "query_failed" });
      }
      renameSync(path, `${path}.gone`);
      expect(await at.query(sum)).toMatchObject({ kind: "failure", code: "table_not_found" });
      await write(3);
      expect(await at.rows(sum)).toEqual([{ n: 3, v: 21 }]);
      at.remove(file);
    },
    MINUTE_MS,
  );

  it(
    "a file that is replaced while it is read gives its old rows, its new rows or an error",
    async () => {
      await at.writeParquet("live/big.parquet", "SELECT range AS v FROM range(3000000)");
      const sum = () => at.query("SELECT COUNT(*) AS n FROM live.big WHERE MOD(v, 7) >= 0");
      const answers = [sum(), sum()];
      await at.writeParquet("live/big.parquet", "SELECT range AS v FROM range(1000)");
      for (const outcome of await Promise.all([...answers, sum()])) {
        if (outcome.kind === "rows") expect([3_000_000, 1000]).toContain(outcome.rows[0]?.["n"]);
        else expect(["query_failed", "table_not_found"]).toContain(outcome.code);
      }
      expect(await at.rows("SELECT COUNT(*) AS n FROM live.big")).toEqual([{ n: 1000 }]);
    },
    MINUTE_MS,
  );
});
