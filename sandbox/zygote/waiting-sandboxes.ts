import type { Sandbox } from "../supervisor/sandbox.ts";
import { keepZygote, type ZygoteKeeper } from "./keep-zygote.ts";
import type { CloneName, Warmth, Zygote } from "./start-zygote.ts";

/**
 * What a sandbox waits for: a Python program, one that uses numpy and the like, a JavaScript program that an isolate can run, one
 * that needs Node.
 */
export type SandboxKind = "python" | "data" | "javascript" | "node";

/** How many sandboxes there are, or are to be, of each kind. */
export type SandboxCounts = Readonly<Record<SandboxKind, number>>;

/** Sandboxes that have been started ahead of demand. */
export interface WaitingSandboxes {
  /** Hands over the one that has waited longest, even if it is not ready yet; null when none can be had. */
  take(kind: SandboxKind): Sandbox | null;
  /** Starts sandboxes, few at a time, until as many wait as should. */
  refill(): void;
  /** Ends a sandbox that does not become ready. A zygote that made no later one ready is stuck, and is replaced. */
  giveUp(kind: SandboxKind, sandbox: Sandbox): void;
  /** How many wait and are ready. */
  count(): SandboxCounts;
  /** Ends the zygotes with every sandbox that they made, and resolves when they are gone. */
  close(): Promise<void>;
}

/** What waiting sandboxes are made with. */
export interface WaitingSandboxesOptions {
  /** How many wait for each kind of program. No zygote is started that has none to make. */
  readonly sizes: SandboxCounts;
  readonly startZygote: (warmth: Warmth) => Zygote;
  /** Hears why a zygote was lost; for the log. */
  readonly onLost: (warmth: Warmth, reason: string) => void;
}

const KINDS: Readonly<Record<SandboxKind, { readonly name: CloneName; readonly warmth: Warmth }>> = {
  python: { name: "python", warmth: "light" },
  javascript: { name: "javascript", warmth: "light" },
  node: { name: "node", warmth: "light" },
  data: { name: "python", warmth: "heavy" },
};
const KIND_NAMES = ["python", "javascript", "node", "data"] as const;

/** So many are made ready at the same time: the rest of the machine belongs to programs that run. */
const PREPARED_AT_ONCE = 2;
/** A sandbox that is not ready by then never will be. */
const READY_DEADLINE_MS = 8_000;
/** After one that did not become ready the next is tried this much later. */
const RETRY_MS = 1000;

/** Starts zygotes, and keeps as many of their sandboxes waiting as `sizes` says. */
export function keepWaiting({ sizes, startZygote, onLost }: WaitingSandboxesOptions): WaitingSandboxes {
  const waiting = {
    python: new Set<Sandbox>(),
    javascript: new Set<Sandbox>(),
    node: new Set<Sandbox>(),
    data: new Set<Sandbox>(),
  };
  const preparing = new Set<Sandbox>();
  const keepers = new Map<Warmth, ZygoteKeeper>();
  let closed = false;

  const clone = (kind: SandboxKind): Sandbox | null =>
    keepers.get(KINDS[kind].warmth)?.clone(KINDS[kind].name) ?? null;

  function refill(): void {
    for (const kind of KIND_NAMES) {
      let made = true;
      while (made && !closed && waiting[kind].size < sizes[kind] && preparing.size < PREPARED_AT_ONCE) {
        made = prepare(kind);
      }
    }
  }

  /** @returns false when no zygote is there to make one */
  function prepare(kind: SandboxKind): boolean {
    const sandbox = clone(kind);
    if (sandbox === null) return false;
    waiting[kind].add(sandbox);
    preparing.add(sandbox);
    const deadline = setTimeout(() => giveUp(kind, sandbox), READY_DEADLINE_MS).unref();
    void sandbox.exited.then(() => waiting[kind].delete(sandbox));
    void sandbox.ready.then((isReady) => {
      clearTimeout(deadline);
      preparing.delete(sandbox);
      // One that ended instead is not replaced at once: the next one may end as well.
      if (isReady) refill();
      else setTimeout(refill, RETRY_MS).unref();
    });
    return true;
  }

  function giveUp(kind: SandboxKind, sandbox: Sandbox): void {
    waiting[kind].delete(sandbox);
    keepers.get(KINDS[kind].warmth)?.giveUp(sandbox);
  }

  for (const warmth of ["light", "heavy"] as const) {
    if (!KIND_NAMES.some((kind) => sizes[kind] > 0 && KINDS[kind].warmth === warmth)) continue;
    const start = () => startZygote(warmth);
    keepers.set(warmth, keepZygote({ start, onReady: refill, onLost: (reason) => onLost(warmth, reason) }));
  }

  return {
    take(kind) {
      const [sandbox] = waiting[kind];
      if (sandbox === undefined) return clone(kind);
      waiting[kind].delete(sandbox);
      return sandbox;
    },
    refill,
    giveUp,
    count: () => ({
      python: countReady(waiting.python),
      javascript: countReady(waiting.javascript),
      node: countReady(waiting.node),
      data: countReady(waiting.data),
    }),
    async close() {
      closed = true;
      await Promise.all([...keepers.values()].map((keeper) => keeper.close()));
    },
  };
}

function countReady(sandboxes: ReadonlySet<Sandbox>): number {
  return [...sandboxes].filter((sandbox) => sandbox.isReady()).length;
}
