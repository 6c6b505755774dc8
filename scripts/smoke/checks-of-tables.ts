import { type Check, must, type Probe, SmokeError, same, toStatement } from "./check.ts";

const PROJECT = "bigquery-public-data";
const WORKS = `SELECT corpus, COUNT(*) AS words FROM \`${PROJECT}.samples.shakespeare\` GROUP BY corpus ORDER BY words DESC, corpus`;
const WORDS = `SELECT word, word_count FROM \`${PROJECT}.samples.shakespeare\` ORDER BY corpus, word LIMIT 25`;

async function nextPage(at: Probe, sql: string, maxRows: number) {
  const first = await at.rows(sql, { maxRows });
  must(first.next !== null, "There is no next page.");
  const { maxCharacters } = toStatement(sql);
  const second = await at.warehouse.readPage(first.next, { maxRows, maxCharacters }, { signal: at.signal });
  if (second?.kind !== "rows") throw new SmokeError(second?.message ?? "The next page is not kept.");
  return { first, second };
}

/** What tables say, what they hold, and how a long result is read. */
export const TABLE_CHECKS: readonly Check[] = [
  {
    name: "a dry run over a table",
    async run(at) {
      const { statementType, tables, bytesProcessed, estimatedCostUsd } = await at.dryRun(WORKS);
      same(statementType, "SELECT");
      same(tables, [{ project: PROJECT, dataset: "samples", table: "shakespeare" }]);
      must(bytesProcessed !== null && bytesProcessed > 0, "No bytes are told.");
      return `${bytesProcessed} bytes, ${estimatedCostUsd} USD`;
    },
  },
  {
    name: "an aggregation over a table",
    async run(at) {
      const page = await at.rows(WORKS);
      must(page.rows.length > 1, "There is no second work.");
      return `${page.rows.length} works, the longest ${String(page.rows[0]?.["corpus"])}; ${page.bytesBilled} bytes billed`;
    },
  },
  {
    name: "the same once more, from BigQuery's cache",
    async run(at) {
      const { cacheHit, bytesBilled } = await at.rows(WORKS);
      same([cacheHit, bytesBilled], [true, 0]);
      return "cache hit, 0 bytes billed";
    },
  },
  {
    name: "a result page by page",
    async run(at) {
      const { first, second } = await nextPage(at, WORDS, 10);
      same([first.rows.length, second.rows.length, first.totalRows], [10, 10, 25]);
      must(JSON.stringify(first.rows) !== JSON.stringify(second.rows), "Both pages are the same.");
      return "10 rows, then 10 others, of 25";
    },
  },
  {
    name: "an answer that would be too long",
    async run(at) {
      const sql = "SELECT n, REPEAT('x', 1000) AS text FROM UNNEST(GENERATE_ARRAY(1, 200)) AS n ORDER BY n";
      const { first, second } = await nextPage(at, sql, 1000);
      same([first.truncatedBy, second.rows[0]?.["n"]], ["size", first.rows.length + 1]);
      return `${first.rows.length} of 200 rows, and the rest goes on there`;
    },
  },
  {
    name: "a statement that is not waited for",
    async run({ warehouse, signal, asker }) {
      const statement = toStatement("SELECT COUNT(*) AS n FROM UNNEST(GENERATE_ARRAY(1, 100000))");
      const running = await warehouse.runQuery(statement, { signal, asker, waitMs: 0 });
      if (running.kind !== "running") throw new SmokeError(`It is ${running.kind}, not running.`);
      const outcome = await warehouse.readRunning(running.handle, statement, { signal, waitMs: 40_000 });
      if (outcome?.kind !== "rows") throw new SmokeError("Its result did not come.");
      same(outcome.rows, [{ n: 100_000 }]);
      same(await warehouse.cancel(running.handle, { signal }), "ended");
      return "its result came when it was asked for";
    },
  },
  {
    name: "the tables of a dataset",
    async run({ warehouse, signal }) {
      const dataset = { project: PROJECT, dataset: "samples" };
      const { items } = await warehouse.listTables(dataset, { signal, limit: 1000, after: null });
      must(
        items.some(({ table }) => table === "shakespeare"),
        "shakespeare is not among them.",
      );
      return `${items.length} tables`;
    },
  },
  {
    name: "a table's description",
    async run({ warehouse, signal }) {
      const address = { project: PROJECT, dataset: "samples", table: "shakespeare" };
      const found = await warehouse.describeTable(address, { signal, sampleRows: 2, maxCharacters: 10_000 });
      if ("code" in found) throw new SmokeError(found.message);
      same(
        found.schema.map(({ name, type }) => `${name} ${type}`),
        ["word STRING", "word_count INT64", "corpus STRING", "corpus_date INT64"],
      );
      same(found.sampleRows.length, 2);
      return `${found.rowCount} rows, ${found.sizeBytes} bytes, in ${found.location}`;
    },
  },
];
