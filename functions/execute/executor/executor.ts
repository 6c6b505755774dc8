import type { EngineChoice } from "#shared/contract/execute/execute-code.ts";
import type { Language } from "#shared/contract/execute/languages.ts";

/** A file that a program finds in its working folder. */
export interface InputFile {
  /** A relative path that has been checked, like `data/sales.csv`. */
  readonly name: string;
  readonly sizeBytes: number;
  readonly content: AsyncIterable<Uint8Array>;
}

/** A file that a program left in its working folder. */
export interface OutputFile {
  /** A relative path, like `data/report.xlsx`. */
  readonly name: string;
  readonly sizeBytes: number;
}

/** A file that a program left and that is not handed over. */
export interface SkippedFile {
  readonly name: string;
  /** For the public, after the name: `is a symbolic link`. */
  readonly reason: string;
}

/** How much of what a program leaves is handed over. */
export interface CollectLimits {
  readonly files: number;
  readonly fileBytes: number;
  readonly totalBytes: number;
}

/** Takes a file that a program left: all of its content, before the next one comes. */
export type ReceiveFile = (file: OutputFile, content: AsyncIterable<Uint8Array>) => Promise<void>;

/** What is asked: one program with its limits. */
export interface Program {
  readonly language: Language;
  readonly code: string;
  /** What it reads from standard input. */
  readonly stdin: string;
  /** What is to run a JavaScript program. */
  readonly engine: EngineChoice;
  /** Wall time after which the run is ended. */
  readonly timeoutMs: number;
  /** What lies in its working folder when it starts. */
  readonly files: readonly InputFile[];
  readonly collect: CollectLimits;
  /** Whether charts are saved as SVG as well. */
  readonly svg: boolean;
}

/** How one attempt to run a program ended. */
export interface RunResult {
  readonly status: "succeeded" | "failed" | "timed_out" | "out_of_memory" | "killed";
  /** Null when a signal or the executor ended the program. */
  readonly exitCode: number | null;
  /** Name of the signal that ended the program, like SIGSEGV. */
  readonly signal: string | null;
  /** UTF-8 decoded; the middle is left out beyond the sandbox's output limit. */
  readonly stdout: string;
  readonly stderr: string;
  /** True when the middle of stdout or stderr was left out. */
  readonly truncated: boolean;
  /** cpython, node or isolated-vm. */
  readonly engine: string;
  /** Warm when a sandbox was ready before the program came. */
  readonly start: "warm" | "cold";
  /** The limit that ended the program, where the status does not tell. */
  readonly limit: "cpu_time" | "files" | null;
  readonly wallMs: number;
  /** In the order in which they were found. */
  readonly skippedFiles: readonly SkippedFile[];
  /** Names of the input files that are still there as they were put in: they are not handed over again. */
  readonly unchangedFiles: readonly string[];
}

/** How a run is left to another instance of the function. */
export interface HandOver {
  /**
   * Told before the program can start, and again when more is known: the run can be taken up elsewhere by this ticket. The program waits for it.
   * Never rejects.
   */
  started(ticket: string): Promise<void>;
  /** True when another instance may be asked for the run: its result is then left for that one as well. */
  isNoted(): boolean;
  /** Asked when the signal aborts: true when the program is to go on, because another instance will take it up. */
  isDone(): boolean;
}

/** What a run is joined to. */
export interface RunOptions {
  readonly signal: AbortSignal;
  /** Takes the files that the program leaves. */
  readonly receive: ReceiveFile;
  /** Left out by those who wait for the end. */
  readonly handOver?: HandOver;
}

/** A language as it was found. */
export interface LanguageReport {
  readonly name: Language;
  readonly version: string | null;
  readonly available: boolean;
  /** Why it is not available: a sentence for the public. */
  readonly reason?: string;
}

/** Runs that another instance of the function has started, by their tickets. */
export interface Elsewhere {
  /** Milliseconds from its start after which nothing is left of a run. */
  readonly longestMs: number;
  /** As `run`, but for a program that goes on when the signal aborts. Several instances may wait for the same one. */
  takeUp(ticket: string, options: RunOptions): Promise<RunResult>;
  /** Ends the program. Never rejects. */
  giveUp(ticket: string): Promise<void>;
}

/** Port: runs programs, each in a sandbox that no program used before. */
export interface Executor {
  /**
   * Runs one program. When `signal` aborts, the program is killed and the promise rejects with the signal's reason.
   * @throws AppError `sandbox_unavailable` when no sandbox can be had, `overloaded` when all are busy, `invalid_file` when the files do
   *   not fit into the sandbox; what `receive` and the content of the files throw.
   */
  run(program: Program, options: RunOptions): Promise<RunResult>;
  /** What only executors have whose programs outlive the instance of the function that started them. */
  readonly elsewhere?: Elsewhere;
  /** Every language of the contract, with true versions. */
  listLanguages(options: { signal: AbortSignal }): Promise<readonly LanguageReport[]>;
  /** Ends everything that still runs; nothing is left behind when it resolves. */
  close(): Promise<void>;
}
