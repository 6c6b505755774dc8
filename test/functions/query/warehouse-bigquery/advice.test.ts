import { describe, expect, it } from "@jest/globals";
import { PassThroughClient } from "google-auth-library";
import { parseAllowedDatasets } from "#functions/query/warehouse/warehouse-bigquery/gates/allowed-datasets.ts";
import { type Answer, errorAnswer } from "../../../support/bigquery/stand-in.ts";
import { quiet, SELECT, start } from "./stand-in-warehouse.fixture.ts";

const OWN = { authClient: new PassThroughClient(), projectId: "acme" };
const namesOf =
  (...names: readonly string[]): Answer =>
  () => ({
    body: {
      tables: names.map((tableId) => ({
        id: tableId,
        tableReference: { projectId: "acme", datasetId: "shop", tableId },
      })),
    },
  });

describe("a table that is not there", () => {
  const dryRun: Answer = () =>
    errorAnswer(404, "notFound", "Not found: Table acme:shop.order was not found in location EU");
  const ask = { ...SELECT, sql: "SELECT * FROM shop.order" };

  it("is answered with the names that are most like it", async () => {
    const tables = namesOf("customers", "orders", "order_items", "returns", "visits", "Border", "zebras");
    const { warehouse } = await start({ dryRun, tables }, OWN);
    const outcome = await warehouse.runQuery(ask, quiet());
    expect(outcome).toMatchObject({
      code: "table_not_found",
      message: expect.stringMatching(
        /acme\.shop .*: Border, orders, visits, returns, zebras\.$|: Border, orders, /,
      ),
    });
  });

  it("is answered without them when they cannot be listed", async () => {
    const { warehouse } = await start(
      { dryRun, tables: () => errorAnswer(403, "accessDenied", "Access Denied: bigquery.tables.list") },
      OWN,
    );
    expect(await warehouse.runQuery(ask, quiet())).toMatchObject({
      code: "table_not_found",
      message: expect.stringMatching(
        /^Not found: Table acme:shop\.order was not found in location EU.*BIGQUERY_LOCATION/,
      ),
    });
  });

  it("a dataset gets the names of open ones, and no others", async () => {
    const missing: Answer = () =>
      errorAnswer(404, "notFound", "Not found: Dataset acme:shop was not found in location EU");
    const { standIn, warehouse } = await start(
      { dryRun: missing },
      { ...OWN, allowed: parseAllowedDatasets("shop,shops,web", "acme") },
    );
    const outcome = await warehouse.runQuery(ask, quiet());
    expect(outcome).toMatchObject({
      message: expect.stringContaining("Datasets with a name like it: shops, web."),
    });
    expect(standIn.count("datasets")).toBe(0);
  });
});

describe("a permission that is missing is answered with the role that grants it", () => {
  it.each([
    [
      "Access Denied: Project acme: User does not have bigquery.jobs.create permission in project acme.",
      "roles/bigquery.jobUser",
    ],
    [
      "Access Denied: Table acme:shop.t: User does not have permission to query table acme:shop.t",
      "roles/bigquery.dataViewer",
    ],
    [
      "Access Denied: Connection acme.eu.c: User does not have bigquery.connections.use permission",
      "roles/bigquery.connectionUser",
    ],
    [
      "Access Denied: Table acme:shop.t: Permission bigquery.tables.updateData denied on table acme:shop.t",
      "roles/bigquery.dataEditor",
    ],
  ])("%s", async (message, role) => {
    const { warehouse } = await start({ dryRun: () => errorAnswer(403, "accessDenied", message) });
    expect(await warehouse.runQuery(SELECT, quiet())).toMatchObject({
      code: "permission_denied",
      message: expect.stringContaining(`The owner must grant ${role}`),
    });
  });

  it("and a project without billing with what to switch on", async () => {
    const { warehouse } = await start({
      insert: () => errorAnswer(403, "billingNotEnabled", "Billing has not been enabled for this project."),
    });
    expect(await warehouse.runQuery(SELECT, quiet())).toMatchObject({
      message: expect.stringContaining("switch on billing"),
    });
  });
});

it("an answer of somebody else, such as a proxy, is said to be none", async () => {
  const { warehouse } = await start({ dryRun: () => ({ status: 403, body: "<html>Sign in</html>" }) });
  await expect(warehouse.runQuery(SELECT, quiet())).rejects.toMatchObject({
    code: "warehouse_unavailable",
    message: expect.stringContaining("could not be reached or gave no usable answer"),
  });
});

describe("credentials that Google does not take are answered with what to mend", () => {
  it("a key that is gone, or a clock that is wrong", async () => {
    const { warehouse } = await start({
      dryRun: () => errorAnswer(401, "authError", "Invalid JWT: Token must be a short-lived token"),
    });
    await expect(warehouse.runQuery(SELECT, quiet())).rejects.toMatchObject({
      code: "warehouse_unavailable",
      message: expect.stringMatching(/GOOGLE_CREDENTIALS_BASE64.*clock/),
    });
  });
});
