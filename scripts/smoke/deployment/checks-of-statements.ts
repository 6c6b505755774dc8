import { must, same } from "../check.ts";
import { type DeploymentCheck, expectStatus, listOf, NotDeployedError, textOf } from "./deployment.ts";

/** A handle in the form of real ones that stands for nothing. */
const UNKNOWN_QUERY = "00000000-0000-4000-8000-000000000000";

/** The warehouse, whatever stands behind it: statements that read nothing, and what there is. */
export const STATEMENT_CHECKS: readonly DeploymentCheck[] = [
  {
    name: "a statement with a parameter",
    needs: "key",
    async run(at) {
      const body = { sql: "SELECT @number + 1 AS more", params: { number: 41 } };
      const answer = expectStatus(await at.ask("POST", "/query", { body }), 200).json();
      same([answer["success"], answer["data"]], [true, [{ more: 42 }]]);
      return `${answer["execution_time"]} s`;
    },
  },
  {
    name: "a dry run",
    needs: "key",
    async run(at) {
      const body = { sql: "SELECT 1 AS one", dry_run: true };
      const answer = expectStatus(await at.ask("POST", "/query", { body }), 200).json();
      same([answer["success"], answer["data"]], [true, []]);
      return `${answer["bytes_processed"]} bytes`;
    },
  },
  {
    name: "two statements, and one that is wrong",
    needs: "key",
    async run(at) {
      expectStatus(await at.ask("POST", "/query", { body: { sql: "SELECT 1; SELECT 2" } }), 400);
      const wrong = expectStatus(await at.ask("POST", "/query", { body: { sql: "SELEC 1" } }), 200).json();
      same(wrong["success"], false);
      return textOf(wrong, "code");
    },
  },
  {
    name: "a handle that nobody was given",
    needs: "key",
    async run(at) {
      expectStatus(await at.ask("GET", `/query/results/${UNKNOWN_QUERY}`), 404);
      expectStatus(await at.ask("DELETE", `/query/results/${UNKNOWN_QUERY}`), 404);
      return "not found";
    },
  },
  {
    name: "what there is to query",
    needs: "key",
    async run(at) {
      const datasets = listOf(expectStatus(await at.ask("GET", "/query/datasets"), 200).json(), "datasets");
      const first = datasets[0];
      if (first === undefined) throw new NotDeployedError("No dataset is open: see readable_datasets.");
      const dataset = encodeURIComponent(textOf(first, "dataset"));
      const path = `/query/datasets/${dataset}/tables`;
      const [table] = listOf(expectStatus(await at.ask("GET", path), 200).json(), "tables");
      if (table === undefined) return `${datasets.length} datasets; ${dataset} has no table`;
      const name = textOf(table, "table");
      const described = expectStatus(await at.ask("GET", `${path}/${encodeURIComponent(name)}`), 200).json();
      const columns = listOf(described, "schema");
      must(columns.length > 0, `${name} has no columns.`);
      return `${datasets.length} datasets; ${name} has ${columns.length} columns`;
    },
  },
];
