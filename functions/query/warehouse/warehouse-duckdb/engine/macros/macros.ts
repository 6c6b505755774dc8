import { FUNCTIONS } from "./function-macros.ts";
import { JSON_MACROS } from "./json-macros.ts";
import { OPERATORS } from "./number-macros.ts";
import { TEXT_MACROS } from "./text-macros.ts";
import { timeFunctions } from "./time-macros.ts";

const ALL = Object.entries({ ...FUNCTIONS, ...TEXT_MACROS, ...JSON_MACROS, ...timeFunctions() });

function nameOf(signature: string): string {
  return signature.slice(0, signature.indexOf("(")).toUpperCase();
}

/** Names of every function that a macro carries, in capitals, without the prefix. */
export const MACRO_NAMES: ReadonlySet<string> = new Set(ALL.map(([signature]) => nameOf(signature)));

/** What DuckDB answers for a name that is no column; GoogleSQL does not know them. */
const FOREIGN_NAMES = [
  ...["user", "current_user", "session_user", "current_role", "current_catalog", "current_database"],
  ...["current_schema", "localtime", "current_localtime", "localtimestamp", "current_localtimestamp"],
];

/** Statements that define the macros, each before the first that uses it. */
export const MACROS: readonly string[] = [
  ...sorted(definitions()),
  ...OPERATORS,
  ...FOREIGN_NAMES.map(
    (name) => `CREATE MACRO "${name}"() AS own_error('unrecognized: ${name.toUpperCase()}')`,
  ),
];

function definitions(): Map<string, string> {
  const bodies = new Map<string, string[]>();
  for (const [signature, body] of ALL) {
    const name = nameOf(signature);
    const overload = `${signature.slice(signature.indexOf("("))} AS ${body}`;
    bodies.set(name, [...(bodies.get(name) ?? []), overload]);
  }
  return new Map(
    [...bodies].map(([name, all]) => [name, `CREATE MACRO gs_${name.toLowerCase()}${all.join(", ")}`]),
  );
}

function sorted(all: Map<string, string>): string[] {
  const done = new Set<string>();
  const statements: string[] = [];
  const visit = (name: string) => {
    const statement = all.get(name);
    if (statement === undefined || done.has(name)) return;
    done.add(name);
    for (const used of statement.matchAll(/\bgs_(\w+)/g)) visit(used[1]?.toUpperCase() ?? "");
    statements.push(statement);
  };
  for (const name of all.keys()) visit(name);
  return statements;
}
