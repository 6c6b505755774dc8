import { randomUUID } from "node:crypto";
import type {
  Asker,
  DryRun,
  Page,
  QueryFailure,
  Running,
  Statement,
  Warehouse,
} from "#functions/query/warehouse/warehouse.ts";

/** One thing that is looked at in a live project. */
export interface Check {
  readonly name: string;
  /** @returns what was found, in a few words @throws SmokeError when it is not what it should be */
  run(at: Probe): Promise<string>;
}

/** A check found something else than it should have. */
export class SmokeError extends Error {
  override readonly name = "SmokeError";
}

/** What checks ask a warehouse with. */
export interface Probe {
  readonly warehouse: Warehouse;
  readonly signal: AbortSignal;
  readonly asker: Asker;
  /** Runs a statement to its end. @throws SmokeError for anything but rows */
  rows(sql: string, more?: Partial<Statement>): Promise<Page>;
  /** @throws SmokeError for a failure */
  dryRun(sql: string): Promise<DryRun>;
  /** @returns the code and the sentence with which the statement is refused or fails @throws SmokeError when it is answered */
  refusal(sql: string): Promise<{ readonly code: string; readonly message: string }>;
}

const TIMEOUT_MS = 60_000;

/** A statement with bounds that no check reaches unless it means to. */
export function toStatement(sql: string, more: Partial<Statement> = {}): Statement {
  const limits = { maxRows: 1000, maxCharacters: 90_000, timeoutMs: TIMEOUT_MS };
  return { sql, parameters: [], defaultDataset: null, ...limits, ...more };
}

/** @param signal ends what runs */
export function createProbe(warehouse: Warehouse, signal: AbortSignal): Probe {
  const asker = { owner: "0".repeat(32), requestId: randomUUID(), tool: "smoke_bigquery", mayWrite: false };
  const run = (sql: string, more: Partial<Statement> = {}): Promise<Page | QueryFailure | Running> =>
    warehouse.runQuery(toStatement(sql, more), { signal, asker });
  return {
    warehouse,
    signal,
    asker,
    async rows(sql, more) {
      const outcome = await run(sql, more);
      if (outcome.kind === "rows") return outcome;
      throw new SmokeError(outcome.kind === "failure" ? outcome.message : "It was left running.");
    },
    async dryRun(sql) {
      const outcome = await warehouse.dryRun(toStatement(sql), { signal, asker });
      if (outcome.kind === "dry-run") return outcome;
      throw new SmokeError(outcome.message);
    },
    async refusal(sql) {
      const outcome = await run(sql).catch((thrown: unknown) => {
        if (thrown instanceof Error && "code" in thrown)
          return toRefusal(String(thrown.code), thrown.message);
        throw thrown;
      });
      if (outcome.kind === "failure") return outcome;
      throw new SmokeError("It was answered, and should have been refused.");
    },
  };
}

function toRefusal(code: string, message: string) {
  return { kind: "failure", code, message } as const;
}

/** @throws SmokeError when two values differ as JSON */
export function same(found: unknown, wanted: unknown): void {
  const [is, should] = [found, wanted].map((value) => JSON.stringify(value));
  if (is !== should) throw new SmokeError(`${is} came where ${should} should have.`);
}

/** @throws SmokeError with the sentence when the condition does not hold */
export function must(condition: boolean, sentence: string): asserts condition {
  if (!condition) throw new SmokeError(sentence);
}
