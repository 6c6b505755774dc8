import { createCloudRunServiceExecutor } from "#functions/execute/executor/executor-cloud-run-service.ts";
import { createLogger } from "#shared/observability/logger.ts";
import { type ServiceFault, startServiceStandIn } from "../service-stand-in.ts";
import { type Chance, createOrdinals, createRows, pick } from "./chance.ts";
import type { TroubledCloud } from "./run-programs.ts";

/** No container has begun: another one is asked. */
const REPEATED: readonly ServiceFault[] = [
  { usedContainer: true },
  { refuseStream: true },
  { startDelayMs: 1_000 },
];
/** Nobody can tell whether a container has begun, or what it had to say. */
const UNCERTAIN: readonly ServiceFault[] = [
  { status: 500 },
  { status: 503 },
  { hangUp: true },
  { loseAnswer: true },
  { cutAfterBytes: 20 },
  { killAfterMs: 0 },
];
/**
 * Whoever is in the queue of a port at the moment when it closes is cut off by the system: that may happen to very few of those who come to a
 * container that has had its program.
 */
const CUT_OFF = "cut off by a port that closed";
const CUT_OFF_SHARE = 0.02;
const REPEATED_SHARE = 0.3;
const UNCERTAIN_SHARE = 0.06;
/** A program takes about so long. */
const KILL_WITHIN_MS = 800;

/**
 * Starts executors over a service whose front end, connections and containers fail at random. Each one's identity tells which program a
 * request is of.
 */
export async function startTroubledService(options: {
  readonly chance: Chance;
  readonly atOnce: number;
  readonly container: { readonly command: readonly [string, ...string[]]; readonly cwd: string };
  readonly environment: Readonly<Record<string, string>>;
}): Promise<TroubledCloud> {
  const { chance, atOnce, container, environment } = options;
  const current = new Map<string, number>();
  const excuses = new Map<number, string[]>();
  const troubles = new Map<string, number>();
  const ordinal = createOrdinals();
  const inRow = createRows();
  const service = await startServiceStandIn({
    isIdentityGood: (token) => current.has(token),
    container,
    environment,
    maxInstances: 4 * atOnce,
  });
  let used = 0;
  let cutOff = 0;
  service.onCutOff = (token) => {
    cutOff += 1;
    troubles.set(CUT_OFF, cutOff);
    if (cutOff <= 1 + used * CUT_OFF_SHARE) excuses.set(current.get(token) ?? -1, [CUT_OFF]);
  };
  const chooseFault = (number: number): ServiceFault | null => {
    const lot = chance.of(number, `request ${ordinal(`${number}`)}`);
    const uncertain = pick(UNCERTAIN, UNCERTAIN_SHARE, lot);
    if (uncertain === null)
      return inRow(`${number}`, pick(REPEATED, REPEATED_SHARE, chance.of(number, `${lot}`)));
    excuses.set(number, [JSON.stringify(uncertain)]);
    const killAfterMs = Math.round(chance.of(number, "when") * KILL_WITHIN_MS);
    return "killAfterMs" in uncertain ? { killAfterMs } : uncertain;
  };
  service.faultOf = (token) => {
    const fault = chooseFault(current.get(token) ?? -1);
    const name = fault && "killAfterMs" in fault ? "killed" : JSON.stringify(fault);
    if (fault?.usedContainer) used += 1;
    if (fault !== null) troubles.set(name, (troubles.get(name) ?? 0) + 1);
    return fault;
  };
  const logger = createLogger({}, () => undefined);
  const tokens = Array.from({ length: atOnce }, (_, index) => `identity-${index}`);
  const executors = tokens.map((token) =>
    createCloudRunServiceExecutor({
      serviceUrl: service.url,
      tokens: { identity: async () => token },
      logger,
    }),
  );
  return {
    troubles,
    excuses: { of: (number) => excuses.get(number) ?? [] },
    places: executors.map((executor, index) => ({
      executor,
      begin: (number) => void current.set(tokens[index] ?? "", number),
    })),
    settled: service.settled,
    async close() {
      await Promise.all(executors.map((executor) => executor.close()));
      await service.close();
    },
  };
}
