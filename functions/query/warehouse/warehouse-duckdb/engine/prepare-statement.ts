import {
  type DuckDBConnection,
  type DuckDBPreparedStatement,
  type DuckDBType,
  StatementType,
} from "@duckdb/node-api";
import type { Field } from "../../warehouse.ts";
import { StatementFailure, StatementRefused } from "./failure.ts";
import type { Inspection } from "./inspect.ts";
import { toField } from "./results/google-field.ts";
import { distinctNames } from "./results/values.ts";

/** Columns of a result, with the fields of structs. BigQuery allows more, but an answer has to hold their names. */
const MAX_FIELDS = 1000;
const MAX_SCHEMA_CHARACTERS = 40_000;

/** Has DuckDB read a statement, which must be one SELECT. @throws StatementRefused, StatementFailure `result_too_large`, DuckDB's own error */
export async function prepareStatement(
  connection: DuckDBConnection,
  sql: string,
): Promise<DuckDBPreparedStatement> {
  const statements = await connection.extractStatements(sql);
  if (statements.count !== 1) throw new StatementRefused("multiple_statements", "Send one statement only.");
  const prepared = await statements.prepare(0);
  if (prepared.statementType !== StatementType.SELECT) {
    throw new StatementRefused(
      "write_not_allowed",
      "Only SELECT statements are allowed: this one does something else.",
    );
  }
  // Before it runs: each column takes memory.
  if (prepared.columnCount > MAX_FIELDS) throw tooManyColumns(prepared.columnCount);
  return prepared;
}

/** The columns of a result as BigQuery says them. @throws StatementFailure `result_too_large` when their names and types are too many */
export function toResultSchema(
  names: readonly string[],
  types: readonly DuckDBType[],
  inspection: Inspection,
): Field[] {
  const shown = columnNames(names, inspection);
  const schema = types.map((type, index) => toField(shown[index] ?? "", type));
  checkSize(schema);
  return schema;
}

/** Columns without a name are f0_, f1_, … as in BigQuery; equal names are kept apart. */
function columnNames(names: readonly string[], { outputs }: Inspection): string[] {
  const firstStar = outputs.indexOf("*");
  const lastStar = outputs.lastIndexOf("*");
  const fromEnd = outputs.length - lastStar;
  let unnamed = 0;
  const own = names.map((name, i) => {
    const isAfterStar = names.length - i < fromEnd;
    if (firstStar >= 0 && i >= firstStar && !isAfterStar) return name;
    const index = isAfterStar ? outputs.length - (names.length - i) : i;
    if (outputs[index] !== null) return name;
    unnamed += 1;
    return `f${unnamed - 1}_`;
  });
  return distinctNames(own);
}

function checkSize(schema: readonly Field[]): void {
  const count = (fields: readonly Field[]): number =>
    fields.reduce((sum, { fields: inner = [] }) => sum + 1 + count(inner), 0);
  const fields = count(schema);
  if (fields > MAX_FIELDS || JSON.stringify(schema).length > MAX_SCHEMA_CHARACTERS)
    throw tooManyColumns(fields);
}

function tooManyColumns(count: number): StatementFailure {
  return new StatementFailure(
    "result_too_large",
    `The result has ${count} columns, and their names and types do not fit into one answer. Select fewer columns.`,
  );
}
