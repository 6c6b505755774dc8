import { setTimeout as sleep } from "node:timers/promises";
import type { Sandbox } from "../supervisor/sandbox.ts";
import type { CloneName, Zygote } from "./start-zygote.ts";

/** A zygote that is replaced when it is lost. */
export interface ZygoteKeeper {
  /** Makes a sandbox; null while no zygote is ready. */
  clone(name: CloneName): Sandbox | null;
  /** Ends a sandbox that does not become ready. A zygote that made no later one ready is stuck, and is replaced. */
  giveUp(sandbox: Sandbox): void;
  /** Resolves when every zygote, and every sandbox that one made, is gone. */
  close(): Promise<void>;
}

/** The first wait before a lost zygote is replaced; it doubles while they are lost one after the other. */
const SHORTEST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 30_000;
/** One that lived this long was sound: the next loss starts from the shortest wait. */
const SOUND_AFTER_MS = 60_000;

/**
 * Keeps one zygote ready.
 * @param options.start starts one
 * @param options.onReady hears of each that becomes ready
 * @param options.onLost hears of each that was lost, and what is known of the reason, for the log
 */
export function keepZygote(options: {
  readonly start: () => Zygote;
  readonly onReady: () => void;
  readonly onLost: (reason: string) => void;
}): ZygoteKeeper {
  const closing = new AbortController();
  const alive = new Set<Zygote>();
  const startedAt = new WeakMap<Sandbox, number>();
  /** When the newest of those that became ready was asked for: a zygote serves them in order. */
  let newestReady = 0;
  let current: Zygote | null = null;

  async function serveOnce(): Promise<void> {
    const zygote = options.start();
    alive.add(zygote);
    void zygote.exited.then(() => alive.delete(zygote));
    if (await zygote.ready) {
      current = zygote;
      if (!closing.signal.aborted) options.onReady();
    }
    const reason = await zygote.lost;
    current = null;
    if (!closing.signal.aborted) options.onLost(reason);
  }

  async function serve(): Promise<void> {
    let wait = SHORTEST_WAIT_MS;
    while (!closing.signal.aborted) {
      const startedAt = performance.now();
      await serveOnce();
      if (performance.now() - startedAt > SOUND_AFTER_MS) wait = SHORTEST_WAIT_MS;
      await sleep(wait, undefined, { signal: closing.signal, ref: false }).catch(() => undefined);
      wait = Math.min(wait * 2, LONGEST_WAIT_MS);
    }
  }
  const served = serve();

  return {
    clone(name) {
      const sandbox = current?.clone(name) ?? null;
      if (sandbox === null) return null;
      const now = performance.now();
      startedAt.set(sandbox, now);
      void sandbox.ready.then((isReady) => {
        if (isReady) newestReady = Math.max(newestReady, now);
      });
      return sandbox;
    },
    giveUp(sandbox) {
      sandbox.kill();
      if (newestReady > (startedAt.get(sandbox) ?? 0)) return;
      current?.retire();
      current = null;
    },
    async close() {
      closing.abort();
      for (const zygote of alive) zygote.kill();
      await Promise.all([...alive].map((zygote) => zygote.exited));
      await served;
    },
  };
}
