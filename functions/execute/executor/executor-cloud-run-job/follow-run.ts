import { setTimeout as sleep } from "node:timers/promises";
import type { Claim, Exchange } from "../exchange/exchange.ts";
import { ask, pauseAfter } from "../exchange/look.ts";
import type { RunAdmin } from "./run-admin.ts";

/** A run that has been asked for, and when. */
export interface StartedRun {
  readonly runId: string;
  /** The execution's full name; null when Cloud Run did not tell it. */
  readonly execution: string | null;
  /** Milliseconds since 1970. */
  readonly startedAtMs: number;
  readonly timeoutMs: number;
  /** True when Cloud Run was asked until there was no time left, and never said that it starts a container. */
  readonly isUnconfirmed?: boolean;
}

/** How often is looked, and how long is waited. */
export interface Patience {
  /** Between two looks for the result, at first. */
  readonly pollMs: number;
  /** Between two looks at the execution. */
  readonly watchMs: number;
  /** For a container to take the program. */
  readonly startMs: number;
  /** The same, where Cloud Run never confirmed the start: shorter than callers wait for an answer. */
  readonly unconfirmedMs: number;
  /** For everything that a container does beside running the program. */
  readonly handOverMs: number;
}

/** Why no container took a program: none came in time, its container ended before, or Cloud Run never said that there is one. */
export type NotStarted = "late" | "ended" | "unconfirmed";

/** What became of a run: its result, or why there will be none. */
export type FollowedRun =
  | { readonly kind: "result"; readonly content: AsyncIterable<Uint8Array> }
  /** No container has taken the program, and none will; `reason` is Cloud Run's own, for the log. */
  | { readonly kind: "not_started"; readonly why: NotStarted; readonly reason: string | null }
  /** A container took it, and left no result. */
  | { readonly kind: "lost" };

/** What is known beside the result. */
interface View {
  claim: Claim | null;
  /** When the claim was first seen, by the monotonic clock. */
  claimedAtMs: number;
  /** True when the execution that has the program, or is to take it, is over. */
  isOver: boolean;
  /** Cloud Run's own words about it. */
  reason: string | null;
}

/**
 * Waits for the result of a run. It looks for the result itself, and now and then at the execution, whose failure is not otherwise seen.
 * Calls that fail are made again until the time is over.
 * @throws the signal's reason; GoogleCloudError when the bucket refuses for good
 */
export async function followRun(
  run: StartedRun,
  parts: { readonly exchange: Exchange; readonly admin: RunAdmin; readonly patience: Patience },
  signal: AbortSignal,
): Promise<FollowedRun> {
  const { exchange, patience } = parts;
  const view: View = { claim: null, claimedAtMs: 0, isOver: false, reason: null };
  const stop = new AbortController();
  const inner = AbortSignal.any([signal, stop.signal]);
  const age = Date.now() - run.startedAtMs;
  const begunAtMs = performance.now() - Math.max(0, age);
  void watch(run, { ...parts, view }, inner);
  try {
    for (;;) {
      // In this order: a container that is over has put its result before.
      const { isOver } = view;
      const content = await ask(() => exchange.openResult(run.runId, signal));
      if (content) return { kind: "result", content };
      // Without an answer there may be one.
      const verdict = judge(run, patience, { ...view, isOver: isOver && content === null, begunAtMs });
      if (verdict === "lost") return { kind: "lost" };
      if (verdict !== "wait" && (await ask(() => exchange.takeClaim(run.runId, signal))) === true) {
        return { kind: "not_started", why: verdict, reason: view.reason };
      }
      await sleep(pauseAfter(performance.now() - begunAtMs, patience.pollMs), undefined, { signal });
    }
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    stop.abort();
  }
}

function judge(
  { timeoutMs, isUnconfirmed = false }: StartedRun,
  { startMs, unconfirmedMs, handOverMs }: Patience,
  { claim, claimedAtMs, isOver, begunAtMs }: View & { readonly begunAtMs: number },
): "wait" | "lost" | NotStarted {
  const now = performance.now();
  // Another instance has given the run up.
  if (claim?.by === "function") return "late";
  if (claim !== null) {
    return isOver || now > claimedAtMs + timeoutMs + handOverMs ? "lost" : "wait";
  }
  if (isOver) return "ended";
  // Also where the claim could not be looked for.
  if (now > begunAtMs + startMs + timeoutMs + handOverMs) return "lost";
  if (isUnconfirmed && now > begunAtMs + unconfirmedMs) return "unconfirmed";
  return now > begunAtMs + startMs ? "late" : "wait";
}

/** Keeps the view up to date until the signal aborts; what fails is looked at again. */
async function watch(
  { runId, execution }: StartedRun,
  parts: {
    readonly exchange: Exchange;
    readonly admin: RunAdmin;
    readonly patience: Patience;
    readonly view: View;
  },
  signal: AbortSignal,
): Promise<void> {
  const { exchange, admin, patience, view } = parts;
  while (!signal.aborted) {
    await sleep(patience.watchMs, undefined, { signal }).catch(() => undefined);
    try {
      const followed = view.claim === null ? execution : executionOf(view.claim, admin);
      // Where Cloud Run does not answer, the claim tells. Looked at before it: an execution that is over and left none will never do.
      const { state, reason } =
        followed === null ? OPEN : await admin.find(followed, signal).catch(() => OPEN);
      const claim = view.claim ?? (await exchange.findClaim(runId, signal));
      if (claim !== null && view.claim === null) {
        view.claim = claim;
        view.claimedAtMs = performance.now();
      }
      // One that has just begun may not be listed yet.
      const isOver = state === "over" || (state === "gone" && claim !== null);
      view.isOver = isOver && (claim === null || executionOf(claim, admin) === followed);
      view.reason = reason;
    } catch {
      // Looked at again.
    }
  }
}

const OPEN = { state: "open", reason: null } as const;

function executionOf(claim: Claim, admin: RunAdmin): string | null {
  return claim.by === "container" ? admin.nameOf(claim.execution) : null;
}
