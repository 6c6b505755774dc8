import { describe, expect, it } from "@jest/globals";
import { createSigner } from "#shared/signing/create-signer.ts";
import { errorAnswer, resultsOf } from "../../support/bigquery/stand-in.ts";
import { type ServedQuery, SIGNING_KEY, serveBigquery } from "./serve-query.fixture.ts";

const NUMBERS = [{ name: "n", type: "INTEGER" }];
const numbers = (count: number) => Array.from({ length: count }, (_, index) => [String(index)]);
const SQL = { sql: "SELECT n FROM d.t ORDER BY n", max_results: 10 };

/** Rows of every page, and how many pages there were. */
async function readAll({ query }: ServedQuery, request: object) {
  let { body } = await query(request);
  const rows: unknown[] = [...body.data];
  let pages = 1;
  for (; body.next_page_token !== null && pages < 50; pages += 1) {
    ({ body } = await query({ ...request, page_token: body.next_page_token }));
    rows.push(...body.data);
  }
  return { rows, pages, last: body };
}

describe("a result that is longer than a page", () => {
  it("is read on with next_page_token to its end, each row once", async () => {
    const at = await serveBigquery({ results: resultsOf(NUMBERS, () => numbers(25)) });
    const first = (await at.query(SQL)).body;
    expect(first).toMatchObject({
      row_count: 10,
      total_rows: 25,
      truncated: true,
      truncated_by: "max_results",
      next_page_token: expect.stringMatching(/^[\w-]{50,1500}$/),
      bytes_processed: 4096,
      query_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    const { rows, pages, last } = await readAll(at, SQL);
    expect(rows).toEqual(Array.from({ length: 25 }, (_, n) => ({ n })));
    expect(pages).toBe(3);
    expect(last).toMatchObject({ row_count: 5, total_rows: 25, truncated: false, truncated_by: null });
    expect(last.next_page_token).toBeNull();
  });

  it("runs once: its pages share the query_id and are read, not run", async () => {
    const at = await serveBigquery({ results: resultsOf(NUMBERS, () => numbers(25)) });
    const first = (await at.query(SQL)).body;
    const second = (await at.query({ ...SQL, page_token: first.next_page_token })).body;
    expect(second.query_id).toBe(first.query_id);
    expect(at.standIn.count("insert")).toBe(1);
    expect(at.standIn.calls.at(-1)?.query).toMatchObject({
      startIndex: "10",
      maxResults: "10",
      location: "EU",
    });
  });

  it("can be read twice from the same token, in pages of another size and format", async () => {
    const at = await serveBigquery({ results: resultsOf(NUMBERS, () => numbers(25)) });
    const { next_page_token: page_token } = (await at.query(SQL)).body;
    const request = { ...SQL, page_token, timeout: 5 };
    const ten = (await at.query(request)).body;
    const three = (await at.query({ ...request, max_results: 3, format: "csv" })).body;
    expect(ten.data[0]).toEqual({ n: 10 });
    expect(three).toMatchObject({
      csv: "n\r\n10\r\n11\r\n12\r\n",
      row_count: 3,
      truncated_by: "max_results",
    });
  });

  it("is cut by its size too, and goes on where it was cut", async () => {
    const texts = Array.from({ length: 30 }, (_, index) => [`${index}`.padEnd(9_000, "é")]);
    const at = await serveBigquery({ results: resultsOf([{ name: "s", type: "STRING" }], () => texts) });
    const request = { sql: "SELECT s FROM d.t", max_results: 1000 };
    const { body, text } = await at.query(request);
    expect(body).toMatchObject({ truncated_by: "size", total_rows: 30 });
    expect(text.length).toBeLessThanOrEqual(95_000);
    const { rows } = await readAll(at, request);
    expect(rows).toEqual(texts.map(([s]) => ({ s })));
  });

  it("takes named parameters in any order", async () => {
    const at = await serveBigquery({ results: resultsOf(NUMBERS, () => numbers(25)) });
    const { body } = await at.query({ ...SQL, params: { a: 1, b: "x" } });
    const again = { ...SQL, params: { b: "x", a: 1 }, page_token: body.next_page_token };
    expect((await at.query(again)).status).toBe(200);
  });

  it("goes on after a restart of the server", async () => {
    const at = await serveBigquery({ results: resultsOf(NUMBERS, () => numbers(25)) });
    const { body } = await at.query(SQL);
    const restarted = await at.again();
    const next = await restarted.query({ ...SQL, page_token: body.next_page_token });
    expect(next.body.data[0]).toEqual({ n: 10 });
  });
});

describe("a page_token that gets no page", () => {
  const SENTENCE = /not one of this statement, or its result is no longer kept\. Send the statement without/;

  async function refused(
    change: (token: string) => {
      readonly request?: object;
      readonly token?: string;
      readonly caller?: "noor";
    },
  ) {
    const at = await serveBigquery({ results: resultsOf(NUMBERS, () => numbers(25)) });
    const request = { ...SQL, params: { a: 1 }, dataset: "d" };
    const { body } = await at.query(request);
    const calls = at.standIn.calls.length;
    const { request: more = {}, token = body.next_page_token, caller = "ada" } = change(body.next_page_token);
    const answer = await at.query({ ...request, ...more, page_token: token }, caller);
    return { answer, asked: at.standIn.calls.length - calls };
  }

  it.each<
    [
      string,
      (token: string) => { readonly request?: object; readonly token?: string; readonly caller?: "noor" },
    ]
  >([
    ["is made up", () => ({ token: "abc" })],
    ["is long and made up", () => ({ token: "x".repeat(2000) })],
    ["was altered", (token) => ({ token: `${token.slice(0, -1)}${token.endsWith("A") ? "B" : "A"}` })],
    ["was altered in its middle", (token) => ({ token: `${token.slice(0, 40)}AAAA${token.slice(44)}` })],
    ["is of another statement", () => ({ request: { sql: "SELECT n FROM d.other" } })],
    ["is of other parameters", () => ({ request: { params: { a: 2 } } })],
    ["is of parameters of another type", () => ({ request: { params: { a: "1" } } })],
    ["is of another dataset", () => ({ request: { dataset: "e" } })],
    ["is of another caller", () => ({ caller: "noor" })],
    [
      "is signed for another purpose",
      () => ({
        token: createSigner({ keys: [SIGNING_KEY], purpose: "file" }).sign(
          { k: "x" },
          new Date(Date.now() + 60_000),
        ),
      }),
    ],
    [
      "has expired",
      () => ({
        token: createSigner({ keys: [SIGNING_KEY], purpose: "query-page", now: () => 0 }).sign(
          {},
          new Date(1000),
        ),
      }),
    ],
    [
      "is ours and says nothing",
      () => ({
        token: createSigner({ keys: [SIGNING_KEY], purpose: "query-page" }).sign(
          {},
          new Date(Date.now() + 60_000),
        ),
      }),
    ],
  ])("%s: the same answer, and BigQuery is not asked", async (_what, change) => {
    const { answer, asked } = await refused(change);
    expect([answer.status, answer.body.code, asked]).toEqual([400, "invalid_page_token", 0]);
    expect(answer.body.error).toMatch(SENTENCE);
  });

  it("the result is gone: the same answer", async () => {
    let gone = false;
    const results = resultsOf(NUMBERS, () => numbers(25));
    const at = await serveBigquery({
      results: (call, n) =>
        gone ? errorAnswer(404, "notFound", "Not found: Job stand-in:EU.query_x") : results(call, n),
    });
    const { body } = await at.query(SQL);
    gone = true;
    const answer = await at.query({ ...SQL, page_token: body.next_page_token });
    expect([answer.status, answer.body.code]).toEqual([400, "invalid_page_token"]);
    expect(answer.body.error).toMatch(SENTENCE);
  });

  it("is of a server with another key", async () => {
    const at = await serveBigquery({ results: resultsOf(NUMBERS, () => numbers(25)) });
    const signer = createSigner({ keys: ["o".repeat(43)], purpose: "query-page" });
    const token = signer.sign({ r: {}, q: "", h: "", o: "" }, new Date(Date.now() + 60_000));
    expect((await at.query({ ...SQL, page_token: token })).body.code).toBe("invalid_page_token");
  });
});

describe("a page that cannot be read", () => {
  it("in time is a failure that can be tried again", async () => {
    const slow = Promise.withResolvers<void>();
    const results = resultsOf(NUMBERS, () => numbers(25));
    const at = await serveBigquery({
      results: async (call, n) => {
        if (n === 1) await slow.promise;
        return results(call, n);
      },
    });
    const { body } = await at.query(SQL);
    const request = { ...SQL, timeout: 1, page_token: body.next_page_token };
    const answer = await at.query(request);
    expect([answer.status, answer.body.code]).toEqual([200, "query_timed_out"]);
    expect(answer.body.error).toContain("Send the same page_token again");
    slow.resolve();
    expect((await at.query({ ...request, timeout: 20 })).body.data[0]).toEqual({ n: 10 });
  });

  it("because BigQuery is not there is 503", async () => {
    let broken = false;
    const results = resultsOf(NUMBERS, () => numbers(25));
    const at = await serveBigquery({
      results: (call, n) => (broken ? errorAnswer(400, "unknownReason", "?") : results(call, n)),
    });
    const { body } = await at.query(SQL);
    broken = true;
    const answer = await at.query({ ...SQL, page_token: body.next_page_token });
    expect([answer.status, answer.body.code]).toEqual([503, "warehouse_unavailable"]);
  });
});
