import { expect, it } from "@jest/globals";
import { describeWith } from "../../../../support/capabilities.ts";
import { SUM, startFaulty, TOTAL } from "./faulty-bigquery.fixture.ts";

describeWith("sandbox", "a project without billing", () => {
  it("is said to have none, and how to mend it", async () => {
    const at = await startFaulty({ hasBilling: false });
    const outcome = await at.ask(SUM);
    expect(outcome).toMatchObject({ kind: "failure", code: "permission_denied" });
    expect(outcome).toHaveProperty(
      "message",
      expect.stringMatching(/Billing has not been enabled .*Enable billing at/),
    );
  });
});

describeWith("sandbox", "a dataset in another location", () => {
  const inFrankfurt = { locations: { d: "europe-west3" } };

  it("is found when no location is set, and its job asked about where it runs", async () => {
    const at = await startFaulty(inFrankfurt);
    expect(await at.ask(SUM)).toMatchObject(TOTAL);
    expect(at.bigquery.jobs().map(({ location }) => location)).toEqual(["europe-west3"]);
  });

  it("has its job cancelled where it runs", async () => {
    const at = await startFaulty({ ...inFrankfurt, isEndless: () => true });
    expect(await at.ask(SUM, { timeoutMs: 1500 })).toMatchObject({ code: "query_timed_out" });
    const cancels = at.bigquery.calls.filter(({ kind }) => kind === "cancel");
    expect(cancels.map(({ query }) => query["location"])).toEqual(["europe-west3"]);
  });

  it("has pages that go on where it ran", async () => {
    const at = await startFaulty(inFrankfurt);
    const page = await at.ask("SELECT n FROM d.t ORDER BY n", { maxRows: 2 });
    if (page.kind !== "rows" || page.next === null) throw new Error("no next page");
    const { signal } = new AbortController();
    const rest = await at.warehouse.readPage(page.next, { maxRows: 2, maxCharacters: 95_000 }, { signal });
    expect(rest).toMatchObject({ rows: [{ n: 3 }], truncatedBy: null });
  });

  it("than the one that is set is not found, and both names are in the answer", async () => {
    const at = await startFaulty(inFrankfurt, { location: "EU" });
    const outcome = await at.ask(SUM);
    expect(outcome).toMatchObject({ kind: "failure", code: "table_not_found" });
    expect(outcome).toHaveProperty("message", expect.stringMatching(/acme:d .*location EU/));
    expect(at.bigquery.jobs()).toEqual([]);
  });

  it("than another one of the statement is not joined", async () => {
    const at = await startFaulty(inFrankfurt);
    const outcome = await at.ask("SELECT COUNT(*) AS n FROM d.t JOIN e.t AS other USING (n)");
    expect(outcome).toMatchObject({ kind: "failure", code: "table_not_found" });
    expect(outcome).toHaveProperty(
      "message",
      expect.stringContaining("was not found in location europe-west3"),
    );
  });
});
