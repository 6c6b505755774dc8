import { readdirSync, readFileSync } from "node:fs";

/** A query with what GoogleSQL's reference says that it answers. */
export interface CorpusQuery {
  /** File name of the list it is from, without `.json`. */
  readonly list: string;
  readonly sql: string;
  readonly params?: object;
  /** Cells by position; "one value" for a single cell that is not null. Absent when the query is to be refused. */
  readonly rows?: readonly (readonly unknown[])[] | "one value";
  /** True for what the embedded warehouse does not do on purpose. */
  readonly refused?: true;
  /** The code of a failure that GoogleSQL itself answers with. */
  readonly fails?: string;
  /** Names of the columns, where they matter. */
  readonly columns?: readonly string[];
  /** True when the order of the rows matters. */
  readonly ordered?: true;
  /** How far a number may be from the expected one; 1e-9 of it by default. */
  readonly tolerance?: number;
  /** The sentence of the reference that the expectation follows, where it is not obvious. */
  readonly note?: string;
}

const FOLDER = new URL("queries/", import.meta.url);

/** The tables that the queries read, in the layout of a warehouse folder. */
export const FIXTURE_FOLDER = new URL("fixture/", import.meta.url);

/** The project of the fixture's tables. */
export const FIXTURE_PROJECT = "demo-proj";

/** Every query, list by list. */
export function readCorpus(): readonly CorpusQuery[] {
  const files = readdirSync(FOLDER).filter((name) => name.endsWith(".json"));
  return files.sort().flatMap((file) => {
    const queries: Omit<CorpusQuery, "list">[] = JSON.parse(readFileSync(new URL(file, FOLDER), "utf8"));
    return queries.map((query) => ({ list: file.slice(0, -".json".length), ...query }));
  });
}
