import { afterEach } from "@jest/globals";
import type { HandOver } from "#functions/execute/executor/executor.ts";
import {
  BUCKET,
  COLD,
  type ServiceExecutor,
  startServiceExecutor,
} from "../../executor-contract/start-service-executor.ts";

/** Starts an executor that hands runs over, over containers in which nothing waits, and closes it after the test. */
export function useHandingOver() {
  const running: ServiceExecutor[] = [];
  afterEach(async () => {
    await Promise.all(running.splice(0).map((one) => one.close()));
  });
  return async (options: Parameters<typeof startServiceExecutor>[0] = {}): Promise<ServiceExecutor> => {
    const started = await startServiceExecutor({ environment: COLD, handsOver: true, ...options });
    running.push(started);
    return started;
  };
}

/** What lies in the folder of the exchange, by the end of its name. */
export function inExchange({ storage }: ServiceExecutor, folder: "claims" | "results"): readonly string[] {
  return [...storage.bucket(BUCKET).objects]
    .filter(([key]) => key.startsWith(`${folder}/`))
    .map(([, { content }]) => content.toString());
}

/** What a run tells of itself to other instances. */
export interface Told extends HandOver {
  readonly tickets: string[];
}

/** Takes tickets as a run does that somebody has a handle of. */
export function takeTickets(facts: { readonly isNoted?: boolean; readonly isDone?: boolean } = {}): Told {
  const tickets: string[] = [];
  return {
    tickets,
    async started(ticket) {
      tickets.push(ticket);
    },
    isNoted: () => facts.isNoted ?? true,
    isDone: () => facts.isDone ?? false,
  };
}
