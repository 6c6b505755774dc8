import { setTimeout as sleep } from "node:timers/promises";
import type { Executor, Program } from "#functions/execute/executor/executor.ts";
import { AppError } from "#shared/errors/app-error.ts";
import { type BegunPrograms, toTellingCode } from "./begun-programs.ts";

/** Where programs run while things go wrong. */
export interface TroubledPlace {
  readonly executor: Executor;
  /** Told before each program: what goes wrong next goes wrong with this one. One runs at a time. */
  begin(number: number): void;
}

/** What went wrong with a program that cannot be made good. */
export interface Excuses {
  /** Names of the troubles after which a program may have no result; empty when each of them can be survived. */
  of(number: number): readonly string[];
  /** What may become of such a program beside its own result; anything but the result of another one when not given. */
  readonly outcomes?: RegExp;
}

/** Executors over stand-ins that fail at random. */
export interface TroubledCloud {
  readonly places: readonly TroubledPlace[];
  readonly excuses: Excuses;
  /** How often each trouble was, by its name. */
  readonly troubles: ReadonlyMap<string, number>;
  /** Resolves when no container runs that had a program. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

/** What became of many programs. */
export interface Tally {
  /** How often each outcome was, by its name. */
  readonly outcomes: ReadonlyMap<string, number>;
  /** What must not be: each with the program's number. */
  readonly faults: readonly string[];
}

interface Ended {
  readonly number: number;
  readonly outcome: string;
  /** What the outcome says about whether the program has begun; null when it leaves that open. */
  readonly hasBegun: boolean | null;
  readonly isGood: boolean;
}

const LONGEST_MS = 170_000;
/** The programs of which the answer says that they never began. */
const NEVER_BEGAN =
  /ended before it took the program|No sandbox started in time|has not run|No container of the sandbox|are busy/;
const TELL_EVERY = 100;
/** One in so many is of the other language. */
const JAVASCRIPT_EVERY = 10;

/**
 * Runs programs at all places at once, and then says of each: whether it began once at most, whether its outcome is its own, and whether it has
 * one at all unless something went wrong that nobody can make good.
 */
export async function runPrograms(options: {
  readonly count: number;
  readonly begun: BegunPrograms;
  readonly places: TroubledCloud["places"];
  readonly excuses: Excuses;
  readonly settled: TroubledCloud["settled"];
}): Promise<Tally> {
  const { count, places, begun, excuses, settled } = options;
  const ended: Ended[] = [];
  let next = 0;
  const serve = async (place: TroubledPlace): Promise<void> => {
    for (let number = next++; number < count; number = next++) {
      place.begin(number);
      ended.push(await runOne(place.executor, number));
      if (ended.length % TELL_EVERY === 0) process.stdout.write(`${ended.length} programs have ended\n`);
    }
  };
  await Promise.all(places.map(serve));
  await settled();
  // What the last programs wrote is on its way.
  await sleep(500);
  const outcomes = new Map<string, number>();
  for (const { outcome } of ended) outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
  const faults = ended.flatMap((one) => judge(one, begun.count(one.number), excuses));
  if (ended.length !== count) faults.push(`${count - ended.length} programs have no outcome`);
  return { outcomes, faults };
}

async function runOne(executor: Executor, number: number): Promise<Ended> {
  const language = number % JAVASCRIPT_EVERY === JAVASCRIPT_EVERY - 1 ? "javascript" : "python";
  const own = `program ${number}\n`;
  const program: Program = {
    language,
    code: toTellingCode(language, number),
    stdin: own,
    engine: "auto",
    timeoutMs: 30_000,
    files: [],
    collect: { files: 0, fileBytes: 0, totalBytes: 0 },
    svg: false,
  };
  try {
    const signal = AbortSignal.timeout(LONGEST_MS);
    const run = await executor.run(program, { signal, receive: async () => undefined });
    const { status, stdout } = run;
    if (status === "killed") return { number, outcome: "killed, and says so", hasBegun: null, isGood: false };
    const isGood = status === "succeeded" && stdout === own;
    return { number, outcome: isGood ? "its own result" : `WRONG: ${status}`, hasBegun: true, isGood };
  } catch (error) {
    if (!(error instanceof AppError)) return { number, outcome: "NONE", hasBegun: null, isGood: false };
    const hasBegun = NEVER_BEGAN.test(error.message) ? false : null;
    const what = `${error.code}: ${error.message.split(/[:.]/, 1)}`;
    return { number, outcome: `refused, ${what}`, hasBegun, isGood: false };
  }
}

function judge({ number, outcome, hasBegun, isGood }: Ended, begun: number, { of, outcomes }: Excuses) {
  const faults: string[] = [];
  const excuses = of(number);
  const after = excuses.length > 0 ? ` (after ${excuses.join(", ")})` : "";
  if (begun > 1) faults.push(`program ${number} was run ${begun} times: ${outcome}${after}`);
  if (hasBegun === true && begun === 0) faults.push(`program ${number} never began: ${outcome}`);
  if (hasBegun === false && begun > 0)
    faults.push(`program ${number} began, and the answer denies it: ${outcome}`);
  if (outcome.startsWith("WRONG") || outcome === "NONE") faults.push(`program ${number}: ${outcome}${after}`);
  else if (!isGood && excuses.length === 0) faults.push(`program ${number} was lost for nothing: ${outcome}`);
  else if (!isGood && outcomes?.test(outcome) === false)
    faults.push(`program ${number} is told as what it was not: ${outcome}${after}`);
  return faults;
}
