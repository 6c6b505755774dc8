import type { JobCloud } from "../job-cloud.ts";
import { type Chance, pick } from "./chance.ts";

/** What a container, or whoever asks for one, has just done. */
export type Moment = "asked for" | "claims" | "puts its result";

/** A container starts, runs a program and ends within the first time, and has its program for about the second. */
const KILLS: readonly { readonly at: Moment; readonly withinMs: number }[] = [
  { at: "asked for", withinMs: 2_500 },
  { at: "claims", withinMs: 250 },
  { at: "puts its result", withinMs: 20 },
];
const KILL_SHARE = 0.15;
/** The others that were started for the same program stay. */
const ONE_ALONE_SHARE = 0.5;

/** Kills containers of some programs, once each. */
export interface ContainerKiller {
  /** Told of every moment of a run; the kill comes a while after the one that chance has chosen. */
  heard(
    moment: Moment,
    of: { readonly number: number; readonly bucket: string; readonly runId: string },
  ): void;
}

/**
 * Builds it.
 * @param onKill told of each kill that cost a program its result, or may have done so
 */
export function createContainerKiller(
  chance: Chance,
  cloud: JobCloud,
  onKill: (number: number, what: string) => void,
): ContainerKiller {
  const chosen = new Set<number>();
  return {
    heard(moment, { number, bucket, runId }) {
      const kill = pick(KILLS, KILL_SHARE, chance.of(number, "kill"));
      if (kill?.at !== moment || chosen.has(number)) return;
      chosen.add(number);
      const strike = () => {
        const all = cloud.run.executions
          .filter(({ environment }) => environment["IN_URL"]?.includes(`/${runId}?`))
          .flatMap(({ containers }) => containers)
          .filter((container) => !container.hasEnded());
        const isOneAlone = chance.of(number, "whom") < ONE_ALONE_SHARE;
        const hasResult = cloud.storage.bucket(bucket).objects.has(`results/${runId}`);
        for (const container of isOneAlone ? all.slice(0, 1) : all) container.end(true);
        if (all.length > 0 && !hasResult) onKill(number, `a container killed that ${moment}`);
      };
      setTimeout(strike, chance.of(number, "when") * kill.withinMs).unref();
    },
  };
}
