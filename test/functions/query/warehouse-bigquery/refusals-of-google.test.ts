import { describe, expect, it } from "@jest/globals";
import { type Answer, type CallKind, errorAnswer } from "../../../support/bigquery/stand-in.ts";
import { quiet, SELECT, start } from "./stand-in-warehouse.fixture.ts";

describe("what Google refuses is answered in Google's words:", () => {
  const denied = "Access Denied: Project acme: Project not found or insufficient permissions";
  const failures: readonly (readonly [number, string, string, string])[] = [
    [403, "accessDenied", denied, "permission_denied"],
    [403, "billingNotEnabled", "Billing has not been enabled for this project.", "permission_denied"],
    [404, "notFound", "Not found: Table acme:sales.orders was not found in location EU", "table_not_found"],
    [400, "invalidQuery", "Unrecognized name: nme; Did you mean name? at [1:8]", "invalid_query"],
    [400, "bytesBilledLimitExceeded", "Query exceeded limit for bytes billed", "bytes_limit_exceeded"],
    [400, "resourcesExceeded", "Resources exceeded during query execution", "query_out_of_memory"],
    [403, "quotaExceeded", "Quota exceeded: free query bytes scanned", "query_failed"],
    [400, "timeout", "Job timed out after 3s", "query_timed_out"],
    [400, "stopped", "Job execution was cancelled: Job timed out after 1s", "query_timed_out"],
  ];
  const stages: readonly CallKind[] = ["dryRun", "insert", "results"];
  const cases = failures.flatMap((failure) => stages.map((stage) => [...failure, stage] as const));

  it.each(cases)("%i %s (%s) is %s, from the %s", async (status, reason, message, code, stage) => {
    const { standIn, warehouse } = await start({ [stage]: () => errorAnswer(status, reason, message) });
    const outcome = await warehouse.runQuery(SELECT, quiet());
    expect(outcome).toMatchObject({ kind: "failure", code, message: expect.stringContaining(message) });
    expect(standIn.count("cancel")).toBe(0);
  });

  it("the sentence about the cap says how many bytes it is", async () => {
    const { warehouse } = await start({
      insert: () => errorAnswer(400, "bytesBilledLimitExceeded", "Query exceeded limit for bytes billed"),
    });
    const outcome = await warehouse.runQuery(SELECT, quiet());
    expect(outcome).toHaveProperty("message", expect.stringContaining("10737418240"));
  });

  const troubles: readonly (readonly [string, Answer])[] = [
    [
      "credentials that are not taken",
      () => errorAnswer(401, "authError", "Invalid Credentials for reader@acme"),
    ],
    ["a job that vanished", () => errorAnswer(404, "notFound", "Not found: Job acme:EU.query_1")],
    ["an answer that is not the API's", () => ({ status: 403, body: { proxy: "10.0.0.7" } })],
  ];
  it.each(troubles)("%s is our trouble, and its story stays private", async (_name, answer) => {
    const { warehouse } = await start({ dryRun: answer });
    const thrown: unknown = await warehouse.runQuery(SELECT, quiet()).catch((error: unknown) => error);
    expect(thrown).toMatchObject({
      code: "warehouse_unavailable",
      message: expect.not.stringMatching(/acme|10\.0\.0\.7/),
    });
    expect(thrown).toHaveProperty("cause");
  });
});
