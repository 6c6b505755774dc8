import { expect, it } from "@jest/globals";
import { createSigner } from "#shared/signing/create-signer.ts";
import { describeWith } from "../../support/capabilities.ts";
import { serveFolder } from "./serve-folder.fixture.ts";
import type { QueryAnswer } from "./serve-query.fixture.ts";
import { SIGNING_KEY } from "./serve-query.fixture.ts";

const TIMEOUT_MS = 60_000;

/** More pairs than anybody counts in a minute. */
const ENDLESS =
  "SELECT COUNT(*) AS n FROM UNNEST(GENERATE_ARRAY(1, 1000000)) a, UNNEST(GENERATE_ARRAY(1, 1000000)) b WHERE MOD(a * b, 7) = 9";

const unknown = ({ status, body }: QueryAnswer) => [status, body.code];

describeWith("sandbox", "a statement that takes longer than wait_seconds", () => {
  const at = serveFolder();
  const leave = async (request: object) => (await at.query({ wait_seconds: 0, ...request })).body;

  it(
    "is answered with a handle, and get_query has what query_bigquery would have answered",
    async () => {
      const running = await leave({ sql: "SELECT 1 AS one, 'a' AS text", format: "csv" });
      expect(running).toEqual({
        success: false,
        status: "running",
        data: [],
        schema: [],
        row_count: 0,
        total_rows: null,
        truncated: false,
        truncated_by: null,
        next_page_token: null,
        bytes_processed: null,
        bytes_billed: null,
        cache_hit: null,
        estimated_cost_usd: null,
        query_id: expect.stringMatching(/^[\w-]{100,1500}$/),
        retry_after_seconds: 2,
        error: null,
        execution_time: expect.any(Number),
        timestamp: expect.any(String),
        request_id: expect.any(String),
      });
      for (const path of ["/query/results", "/queries"]) {
        const { status, body } = await at.get(`${path}/${running.query_id}?wait_seconds=40`);
        expect(status).toBe(200);
        expect(body).toMatchObject({
          success: true,
          status: "succeeded",
          csv: "one,text\r\n1,a\r\n",
          row_count: 1,
          total_rows: 1,
          bytes_billed: 0,
          cache_hit: false,
          estimated_cost_usd: 0,
          query_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        });
      }
    },
    TIMEOUT_MS,
  );

  it(
    "goes on page by page with the same sql, by max_results of the beginning",
    async () => {
      const request = { sql: "SELECT n FROM UNNEST(GENERATE_ARRAY(1, 25)) n ORDER BY n", max_results: 10 };
      const { query_id: id } = await leave(request);
      const first = (await at.get(`/query/results/${id}?wait_seconds=40`)).body;
      expect(first).toMatchObject({ row_count: 10, total_rows: 25, truncated_by: "max_results" });
      const second = (await at.query({ ...request, page_token: first.next_page_token })).body;
      expect(second).toMatchObject({ row_count: 10, query_id: first.query_id, status: "succeeded" });
      expect(second.data[0]).toEqual({ n: 11 });
      const other = { ...request, sql: "SELECT 2", page_token: first.next_page_token };
      expect(unknown(await at.query(other))).toEqual([400, "invalid_page_token"]);
    },
    TIMEOUT_MS,
  );

  it(
    "is said to be running for as long as it runs, however long get_query waits",
    async () => {
      const { query_id: id } = await leave({ sql: ENDLESS });
      const startedAt = performance.now();
      const { body } = await at.get(`/query/results/${id}?wait_seconds=1`);
      expect(body).toMatchObject({ status: "running", success: false, query_id: id, error: null });
      expect(performance.now() - startedAt).toBeGreaterThan(900);
      await at.remove(`/query/results/${id}`);
    },
    TIMEOUT_MS,
  );

  it(
    "ends at its timeout all the same",
    async () => {
      const { query_id: id } = await leave({ sql: ENDLESS, timeout: 1 });
      const { status, body } = await at.get(`/query/results/${id}?wait_seconds=40`);
      expect([status, body.status, body.code]).toEqual([200, "timed_out", "query_timed_out"]);
    },
    TIMEOUT_MS,
  );

  it(
    "may be one that is refused or wrong: get_query says so",
    async () => {
      const { query_id: wrong } = await leave({ sql: "SELEC 1" });
      const { query_id: write } = await leave({ sql: "DELETE FROM `demo.a.b` WHERE TRUE" });
      const answer = await at.get(`/query/results/${wrong}?wait_seconds=40`);
      expect([answer.status, answer.body.status, answer.body.code]).toEqual([200, "failed", "invalid_query"]);
      expect(unknown(await at.get(`/query/results/${write}?wait_seconds=40`))).toEqual([
        403,
        "write_not_allowed",
      ]);
    },
    TIMEOUT_MS,
  );

  it(
    "is kept while its caller, and one who asks for it, leave",
    async () => {
      const { query_id: id } = await leave({ sql: ENDLESS });
      const asking = at.get(`/query/results/${id}?wait_seconds=40`, "ada", AbortSignal.timeout(300));
      await expect(asking).rejects.toThrow();
      expect((await at.get(`/query/results/${id}`)).body.status).toBe("running");
      await at.remove(`/query/results/${id}`);
    },
    TIMEOUT_MS,
  );
});

describeWith("sandbox", "cancel_query", () => {
  const at = serveFolder();
  const leave = async (sql: string) => (await at.query({ sql, wait_seconds: 0 })).body.query_id;

  it(
    "ends a statement at once, and get_query says that it was cancelled",
    async () => {
      const id = await leave(ENDLESS);
      const { status, body } = await at.remove(`/query/results/${id}`);
      expect([status, body]).toEqual([
        200,
        { success: true, query_id: id, cancelled: true, request_id: expect.any(String) },
      ]);
      const after = (await at.get(`/query/results/${id}`)).body;
      expect(after).toMatchObject({ success: false, status: "cancelled", code: "query_cancelled" });
      expect((await at.query({ sql: "SELECT 1 AS one" })).body.data).toEqual([{ one: 1 }]);
    },
    TIMEOUT_MS,
  );

  it(
    "leaves a result that is there",
    async () => {
      const id = await leave("SELECT 1 AS one");
      await at.get(`/query/results/${id}?wait_seconds=40`);
      expect((await at.remove(`/queries/${id}`)).body).toMatchObject({ success: true, cancelled: false });
      expect((await at.get(`/queries/${id}`)).body.data).toEqual([{ one: 1 }]);
    },
    TIMEOUT_MS,
  );
});

describeWith("sandbox", "a query_id", () => {
  const at = serveFolder();
  const leave = async (sql: string) => (await at.query({ sql, wait_seconds: 0 })).body.query_id;
  const both = async (id: string, caller?: "noor") => [
    unknown(await at.get(`/query/results/${id}`, caller)),
    unknown(await at.remove(`/query/results/${id}`, caller)),
  ];
  const NEITHER = [
    [404, "not_found"],
    [404, "not_found"],
  ];

  it(
    "of another principal is as unknown as what never was, and its statement goes on",
    async () => {
      const id = await leave(ENDLESS);
      expect(await both(id, "noor")).toEqual(NEITHER);
      expect((await at.get(`/query/results/${id}`)).body.status).toBe("running");
      await at.remove(`/query/results/${id}`);
    },
    TIMEOUT_MS,
  );

  it(
    "that is made up, altered, of another purpose, expired or of nothing is unknown",
    async () => {
      const id: string = await leave("SELECT 1");
      const later = new Date(Date.now() + 60_000);
      const forged = createSigner({ keys: [SIGNING_KEY], purpose: "query-page" }).sign({ r: {} }, later);
      const stale = createSigner({ keys: [SIGNING_KEY], purpose: "query-handle", now: () => 0 });
      const empty = createSigner({ keys: [SIGNING_KEY], purpose: "query-handle" }).sign({}, later);
      const altered = `${id.slice(0, 60)}${id[60] === "A" ? "B" : "A"}${id.slice(61)}`;
      const tokens = ["abc", "x".repeat(1500), altered, forged, stale.sign({}, new Date(1000)), empty];
      for (const token of tokens) expect(await both(token)).toEqual(NEITHER);
    },
    TIMEOUT_MS,
  );

  it.each(["x".repeat(1501), "a.b", "%00", "a%2Fb"])("of another form is refused: %#", async (id) => {
    const { status } = await at.get(`/query/results/${id}`);
    expect([400, 404]).toContain(status);
  });

  it(
    "is good after a restart for what had ended, and for what the restart ended",
    async () => {
      const done = await leave("SELECT 1 AS one");
      await at.get(`/query/results/${done}?wait_seconds=40`);
      const endless = await leave(ENDLESS);
      await at.restart();
      expect((await at.get(`/query/results/${done}`)).body.data).toEqual([{ one: 1 }]);
      const { status, body } = await at.get(`/query/results/${endless}`);
      expect([status, body.status, body.code]).toEqual([200, "failed", "query_failed"]);
      expect(body.error).toContain("send it to query_bigquery again");
    },
    TIMEOUT_MS,
  );
});
