import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { post } from "../support/post.ts";
import { type RunningServer, startServer } from "../support/start-server.ts";

const OTHER_KEY = "other-key-0123456789";

let server: RunningServer;
beforeAll(async () => {
  server = await startServer({ GATEWAY_API_KEY: OTHER_KEY, QUERY_RATE_PER_MINUTE: "3" });
});
afterAll(() => server.stop());

describe("429: too many calls of one key", () => {
  it("lets ten programs a minute in by default, also when they come at once, and says when to come back", async () => {
    const answers = await Promise.all(Array.from({ length: 14 }, () => post(server, "/execute", "")));
    expect(answers.filter(({ status }) => status === 400)).toHaveLength(10);
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused).toHaveLength(4);
    for (const { headers, body } of refused) {
      expect(body).toMatchObject({ success: false, code: "rate_limited", retryable: true });
      const wait = Number(headers.get("retry-after"));
      expect(wait).toBeGreaterThanOrEqual(1);
      expect(wait).toBeLessThanOrEqual(60);
    }
  });

  it("counts each key by itself", async () => {
    const other = await post(server, "/execute", "", { authorization: "", "x-api-key": OTHER_KEY });
    expect(other.status).toBe(400);
  });

  it("counts queries by their own setting, by both paths together", async () => {
    const paths = ["/query", "/query_bigquery", "/query", "/query_bigquery"];
    const statuses: number[] = [];
    for (const path of paths) statuses.push((await post(server, path, "")).status);
    expect(statuses).toEqual([400, 400, 400, 429]);
  });
});
