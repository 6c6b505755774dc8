import type { Server } from "node:http";

/** Cloud Run kills an instance 10 s after SIGTERM: what still runs after this time is aborted, which leaves time to clean up. */
const GRACE_MS = 8_000;
const CLEAN_UP_MS = 1_500;
/** One Ctrl-C arrives twice under npm, from the terminal and from npm: only a later signal counts as the second. */
const SAME_SIGNAL_MS = 1_000;

const closers = new Set<() => Promise<void>>();
const draining = new AbortController();

/** Registers what has to be ended before the process exits, such as an executor. */
export function onShutdown(close: () => Promise<void>): void {
  closers.add(close);
}

/** Aborts when the grace of a shutdown is over: running requests end with it. */
export const shutdownSignal: AbortSignal = draining.signal;

let stoppingSince: number | null = null;

/** True from the first signal on: answers then ask the client to close its connection. */
export const isStopping = (): boolean => stoppingSince !== null;

/**
 * Makes SIGTERM and SIGINT drain the server: no new connections, running requests are finished (at most 8 s, a second signal ends the
 * wait), everything registered is closed, exit status 0. Replaces any handler that was there.
 */
export function drainOnSignals(server: Server): void {
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.removeAllListeners(signal);
    process.on(signal, () => void drain(server));
  }
}

async function drain(server: Server): Promise<void> {
  if (stoppingSince !== null) {
    if (performance.now() - stoppingSince > SAME_SIGNAL_MS) draining.abort();
    return;
  }
  stoppingSince = performance.now();
  const grace = setTimeout(() => draining.abort(), GRACE_MS);
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  // Connections that go idle while draining are not closed by themselves when the client keeps them alive.
  const sweep = setInterval(() => server.closeIdleConnections(), 100);
  await Promise.race([closed, afterAbort(CLEAN_UP_MS)]);
  clearTimeout(grace);
  clearInterval(sweep);
  await Promise.allSettled([...closers].map((close) => close()));
  process.exit(0);
}

function afterAbort(delayMs: number): Promise<void> {
  return new Promise((resolve) => {
    draining.signal.addEventListener("abort", () => setTimeout(resolve, delayMs), { once: true });
  });
}
