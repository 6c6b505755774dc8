import { setTimeout as sleep } from "node:timers/promises";
import type { MemoryCgroup } from "#sandbox/jail/memory-cgroup.ts";
import { DEFAULT_SANDBOX_LIMITS } from "#sandbox/supervisor/sandbox-limits.ts";
import { startZygote, type Warmth } from "#sandbox/zygote/start-zygote.ts";
import { keepWaiting, type SandboxKind } from "#sandbox/zygote/waiting-sandboxes.ts";

const LIMITS = DEFAULT_SANDBOX_LIMITS;
const DEADLINE_MS = 120_000;
const LOOK_MS = 2;

/**
 * Takes away all sandboxes of one kind that wait, as a burst of programs does, and lets as many new ones become ready, at the pool's
 * own pace and with nothing else to do. Several times.
 * @returns for each round, sandboxes a second
 * @throws Error when they are not ready within 2 minutes
 */
export async function measureRefill(
  kind: SandboxKind,
  { size, rounds }: { readonly size: number; readonly rounds: number },
  memoryCgroup: MemoryCgroup | null,
): Promise<readonly number[]> {
  const waiting = keepWaiting({
    sizes: { python: 0, data: 0, javascript: 0, node: 0, [kind]: size },
    startZygote: (warmth) => startZygote(warmth, LIMITS, { memoryCgroup }),
    onLost: (warmth, reason) => console.error(`the ${warmth} zygote was lost: ${reason}`),
  });
  const isFull = () => waiting.count()[kind] === size;
  const rates: number[] = [];
  try {
    await waitFor(isFull);
    for (let round = 0; round < rounds; round += 1) {
      const taken = Array.from({ length: size }, () => waiting.take(kind));
      for (const sandbox of taken) sandbox?.kill();
      await Promise.all(taken.map((sandbox) => sandbox?.exited));
      const started = performance.now();
      waiting.refill();
      await waitFor(isFull);
      rates.push((size * 1000) / (performance.now() - started));
    }
    return rates;
  } finally {
    await waiting.close();
  }
}

async function waitFor(condition: () => boolean): Promise<void> {
  const deadline = performance.now() + DEADLINE_MS;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error("the sandboxes are not ready within 2 minutes");
    await sleep(LOOK_MS);
  }
}

/**
 * Has a zygote make sandboxes one after the other, each when the one before is gone.
 * @returns for each, the milliseconds from asking the zygote until the sandbox waits for its program
 * @throws Error when one ends before
 */
export async function measureClones(
  kind: SandboxKind,
  count: number,
  memoryCgroup: MemoryCgroup | null,
): Promise<readonly number[]> {
  const warmth: Warmth = kind === "data" ? "heavy" : "light";
  const zygote = startZygote(warmth, LIMITS, { memoryCgroup });
  const latenciesMs: number[] = [];
  try {
    if (!(await zygote.ready)) throw new Error(`no zygote: ${await zygote.exited}`);
    for (let round = 0; round < count; round += 1) {
      const started = performance.now();
      const sandbox = zygote.clone(kind === "data" ? "python" : kind);
      if (!(await sandbox.ready)) throw new Error(`no sandbox: ${await sandbox.exited}`);
      latenciesMs.push(performance.now() - started);
      sandbox.kill();
      await sandbox.exited;
    }
    return latenciesMs;
  } finally {
    zygote.kill();
    await zygote.exited;
  }
}
