import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "@jest/globals";
import { writeSampleWarehouse } from "../../../../local/sample-warehouse.ts";
import { describeWith } from "../../../support/capabilities.ts";
import { openTestWarehouse } from "./test-warehouse.ts";

describeWith("sandbox", "the sample project", () => {
  it("answers the query that everyone tries first, and others over all three tables", async () => {
    const at = openTestWarehouse();
    try {
      expect(writeSampleWarehouse(at.folder)).toBe(true);
      expect(writeSampleWarehouse(at.folder)).toBe(false);
      const best = await at.rows(
        "SELECT c.name, SUM(t.revenue) AS total FROM `demo.sales.transactions` t JOIN `demo.sales.customers` c ON c.customer_id = t.customer_id GROUP BY c.name ORDER BY total DESC LIMIT 10",
      );
      expect(best).toHaveLength(10);
      expect(best[0]).toEqual({
        name: expect.any(String),
        total: expect.stringMatching(/^\d+(\.\d{1,2})?$/),
      });
      const totals = best.map((row) => Number(row["total"]));
      expect(totals).toEqual([...totals].sort((a, b) => b - a));
      expect(
        await at.rows(
          "SELECT (SELECT COUNT(*) FROM sales.customers) AS c, (SELECT COUNT(*) FROM sales.transactions) AS t, (SELECT COUNT(*) FROM web.events) AS e",
        ),
      ).toEqual([{ c: 200, t: 5000, e: 20_000 }]);
      expect(await at.rows("SELECT * FROM `demo.web.events` ORDER BY event_id LIMIT 1")).toEqual([
        expect.objectContaining({
          event_id: 1,
          properties: expect.objectContaining({ tags: expect.any(Array) }),
        }),
      ]);
    } finally {
      await at.close();
    }
  }, 60_000);

  it("is the same bytes every time", () => {
    const folders = [0, 1].map(() => mkdtempSync(join(tmpdir(), "sample-")));
    try {
      const [first, second] = folders.map((folder) => {
        writeSampleWarehouse(folder);
        return readFileSync(join(folder, "demo", "sales", "transactions.csv"), "utf8");
      });
      expect(first).toBe(second);
    } finally {
      for (const folder of folders) rmSync(folder, { recursive: true, force: true });
    }
  });
});
