import type { DuckDBConnection } from "@duckdb/node-api";
import { StatementFailure, StatementRefused, unsupported } from "./failure.ts";
import { quoteText } from "./identifier.ts";
import { MACRO_NAMES } from "./macros/macros.ts";
import { ENGINE_FUNCTIONS } from "./macros/native-functions.ts";

/** A table as the statement names it; a part that is missing is empty. */
export interface TableReference {
  readonly project: string;
  readonly dataset: string;
  readonly table: string;
  /** Place in the statement's UTF-8 bytes. */
  readonly location: number;
}

/** What DuckDB's own parser sees in a statement. */
export interface Inspection {
  readonly tables: readonly TableReference[];
  /** For each column of the outermost SELECT: its own name, null where it has none, or "*". */
  readonly outputs: readonly (string | null)[];
}

/**
 * Has DuckDB itself parse the translated text and looks at every node: functions that are not on the allow-list are refused
 * whatever way they came in, and the tables are named.
 * @throws StatementRefused, StatementFailure `unsupported_sql` or `invalid_query`
 */
export async function inspect(connection: DuckDBConnection, sql: string): Promise<Inspection> {
  const reader = await connection.runAndReadAll(`SELECT json_serialize_sql(${quoteText(sql)})`);
  const parsed = JSON.parse(String(reader.getRows()[0]?.[0])) as Record<string, unknown>;
  if (parsed["error"] === true) throw refusal(parsed);
  const statements = parsed["statements"] as unknown[];
  if (statements.length !== 1) throw new StatementRefused("multiple_statements", "Send one statement only.");
  const tables: TableReference[] = [];
  visit(statements[0], new Set(), tables);
  return { tables, outputs: outputsOf(statements[0]) };
}

function refusal(parsed: Record<string, unknown>): Error {
  if (parsed["error_type"] === "not implemented") {
    return new StatementRefused(
      "write_not_allowed",
      "Only SELECT statements are allowed: this one does something else.",
    );
  }
  const message = String(parsed["error_message"]).replace(/\bgs_/gi, "").split("\n")[0];
  return new StatementFailure("invalid_query", `Syntax error: ${message}.`);
}

type Json = Record<string, unknown>;

function visit(node: unknown, scope: ReadonlySet<string>, tables: TableReference[]): void {
  if (Array.isArray(node)) {
    for (const item of node) visit(item, scope, tables);
    return;
  }
  if (typeof node !== "object" || node === null) return;
  const json = node as Json;
  const inner = scopeOf(json, scope);
  checkFunction(json);
  if (json["type"] === "BASE_TABLE") addTable(json, inner, tables);
  if (json["type"] === "TABLE_FUNCTION") checkFunction(json["function"] as Json);
  if (json["type"] === "SHOW_REF") throw unsupported("SHOW or DESCRIBE");
  for (const value of Object.values(json)) visit(value, inner, tables);
}

function scopeOf(json: Json, scope: ReadonlySet<string>): ReadonlySet<string> {
  const map = json["cte_map"] as { map?: readonly { key: string }[] } | undefined;
  const names = map?.map?.map((entry) => entry.key.toLowerCase()) ?? [];
  if (typeof json["cte_name"] === "string") names.push(json["cte_name"].toLowerCase());
  return names.length === 0 ? scope : new Set([...scope, ...names]);
}

function addTable(json: Json, scope: ReadonlySet<string>, tables: TableReference[]): void {
  const [project, dataset, table] = ["catalog_name", "schema_name", "table_name"].map((key) =>
    String(json[key] ?? ""),
  );
  if (!dataset && table && scope.has(table.toLowerCase())) return;
  tables.push({
    project: project ?? "",
    dataset: dataset ?? "",
    table: table ?? "",
    location: Number(json["query_location"]),
  });
}

function checkFunction(json: Json): void {
  const name = json["function_name"];
  if (typeof name !== "string") return;
  const plain = name.toLowerCase();
  const known = plain.startsWith("gs_")
    ? MACRO_NAMES.has(plain.slice(3).toUpperCase())
    : ENGINE_FUNCTIONS.has(plain);
  if (!known) throw unsupported(`Function ${name.toUpperCase()}`);
}

function outputsOf(statement: unknown): (string | null)[] {
  let node = (statement as { node?: Json }).node;
  while (node?.["type"] === "SET_OPERATION_NODE" || node?.["type"] === "RECURSIVE_CTE_NODE")
    node = node["left"] as Json;
  const list = node?.["select_list"];
  if (!Array.isArray(list)) return ["*"];
  return list.map((item: Json) => {
    if (typeof item["alias"] === "string" && item["alias"] !== "") return item["alias"];
    if (item["class"] === "STAR") return "*";
    const names = item["column_names"];
    return Array.isArray(names) ? String(names.at(-1)) : null;
  });
}
