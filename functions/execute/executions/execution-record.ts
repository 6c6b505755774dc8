import type { ErrorCode } from "#shared/contract/errors.ts";
import type { Language } from "#shared/contract/execute/languages.ts";
import type { RunResult, SkippedFile } from "../executor/executor.ts";
import type { Chart } from "../results/parse-results.ts";

/** A file of an execution in the object store. */
export interface StoredFile {
  readonly name: string;
  readonly sizeBytes: number;
  readonly mimeType: string;
  readonly key: string;
}

/** A chart whose images are in the object store. */
export interface StoredChart {
  readonly chart: Chart;
  readonly image: StoredFile;
  readonly svg: StoredFile | null;
}

/** What a program left beside what it printed. */
export interface StoredResults {
  readonly files: readonly StoredFile[];
  readonly skippedFiles: readonly SkippedFile[];
  readonly charts: readonly StoredChart[];
  readonly tableMarkdown: string | null;
}

/** A run that came to its end. */
export interface EndedRun {
  readonly kind: "ended";
  readonly endedAt: string;
  readonly run: RunResult;
  readonly results: StoredResults;
  /** For the public; null when the program succeeded. */
  readonly error: string | null;
  /** The public name of the session that it ran in. */
  readonly sessionId: string | null;
}

/** A run that could not be had, although its caller had been given a handle. */
export interface FailedRun {
  readonly kind: "failed";
  readonly endedAt: string;
  readonly code: ErrorCode;
  readonly error: string;
}

/** What another instance needs to take up a run. */
export interface HandedOver {
  /** The executor's. */
  readonly ticket: string;
  /** Seconds that the program may run. */
  readonly timeout: number;
  readonly sessionId: string | null;
}

/** One execution as it is remembered. */
export interface ExecutionRecord {
  readonly id: string;
  readonly language: Language;
  readonly startedAt: string;
  /** Null while it runs. */
  readonly outcome: EndedRun | FailedRun | null;
  /** While it runs, where programs outlive the instance that started them. */
  readonly handedOver?: HandedOver;
}
