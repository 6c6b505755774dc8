import { createHash } from "node:crypto";
import type { ParameterType, Statement } from "../../warehouse.ts";
import type { DryRunFacts } from "./dry-run-facts.ts";

/** Everything that a dry run's answer depends on, but for the tables themselves. */
export interface DryRunQuestion {
  readonly statement: Statement;
  readonly project: string;
  readonly location: string | undefined;
  /** As it is sent, the server's own when the statement has none. */
  readonly dataset: string | undefined;
  /** Bytes that a statement may bill at most. */
  readonly cap: number;
}

/** Remembers for a short time what BigQuery said of statements. */
export interface DryRunCache {
  get(question: DryRunQuestion): DryRunFacts | undefined;
  set(question: DryRunQuestion, facts: DryRunFacts): void;
}

/** For so long a view that has been changed to read other tables may be judged by what it was. */
const LIFETIME_MS = 60_000;
const MOST_ENTRIES = 500;

/** @param now milliseconds that never go back */
export function createDryRunCache(now: () => number = () => performance.now()): DryRunCache {
  const entries = new Map<string, { readonly facts: DryRunFacts; readonly until: number }>();
  return {
    get(question) {
      const key = keyOf(question);
      const entry = entries.get(key);
      if (entry === undefined) return undefined;
      if (entry.until > now()) return entry.facts;
      entries.delete(key);
      return undefined;
    },
    set(question, facts) {
      const key = keyOf(question);
      entries.delete(key);
      entries.set(key, { facts, until: now() + LIFETIME_MS });
      const [oldest] = entries.keys();
      if (entries.size > MOST_ENTRIES && oldest !== undefined) entries.delete(oldest);
    },
  };
}

/** A hash, so that many long statements take little room. Values of parameters change no kind and no table, so they are left out. */
function keyOf({ statement, project, location, dataset, cap }: DryRunQuestion): string {
  const types: readonly (readonly [string | null, ParameterType])[] = statement.parameters.map(
    ({ name, type }) => [name, type],
  );
  const parts = [statement.sql, types, dataset ?? null, project, location ?? null, cap];
  return createHash("sha256").update(JSON.stringify(parts)).digest("base64url");
}
