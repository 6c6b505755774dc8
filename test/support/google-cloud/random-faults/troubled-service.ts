import { createExchange } from "#functions/execute/executor/exchange/exchange.ts";
import type { Executor } from "#functions/execute/executor/executor.ts";
import { createCloudRunServiceExecutor } from "#functions/execute/executor/executor-cloud-run-service.ts";
import { createGoogleClient } from "#shared/google-cloud/google-client.ts";
import { createMetadataTokens } from "#shared/google-cloud/metadata-tokens.ts";
import { createBucketObjectStore } from "#shared/object-store/object-store-bucket.ts";
import { createLogger } from "#shared/observability/logger.ts";
import { KEY } from "../job-cloud.ts";
import { startMetadataStandIn } from "../metadata-stand-in.ts";
import { type ServiceFault, startServiceStandIn } from "../service-stand-in.ts";
import { startStorageStandIn } from "../storage-stand-in.ts";
import { type Chance, createOrdinals, createRows, pick } from "./chance.ts";
import { leaveToAnother } from "./leave-to-another.ts";
import type { TroubledCloud } from "./run-programs.ts";
import { eventOf, STORAGE } from "./storage-troubles.ts";

/** No container has begun, and another one is asked; or the result comes another way. */
const SURVIVED: readonly ServiceFault[] = [
  { usedContainer: true },
  { refuseStream: true },
  { startDelayMs: 1_000 },
  { loseAnswer: true },
  { cutAfterBytes: 20 },
  { breakAfterMs: 0 },
  { breakAfterMs: 0 },
  { holdRequest: true },
];
/** Nobody can tell whether a container has begun, or there is none any more. */
const UNCERTAIN: readonly ServiceFault[] = [
  { status: 500 },
  { status: 503 },
  { hangUp: true },
  { killAfterMs: 0 },
];
/**
 * Whoever is in the queue of a port at the moment when it closes is cut off by the system: that may happen to very few of those who come to a
 * container that has had its program.
 */
const CUT_OFF = "cut off by a port that closed";
const CUT_OFF_SHARE = 0.02;
const SURVIVED_SHARE = 0.4;
const UNCERTAIN_SHARE = 0.05;
const STORAGE_SHARE = 0.15;
/** How many are begun by an instance that ends and leaves them to another one. */
const LEFT_SHARE = 0.1;
/** A program takes about so long. */
const WITHIN_MS = 800;
/** The storage fails several times one after another, and the machine is busy. */
const PATIENCE = { noticeMs: 10_000, endMs: 500, startMs: 30_000, transferMs: 15_000 } as const;
/** What a program without a result is told as. */
const NO_RESULT = /^refused, function_unavailable: The sandbox's container ended before it gave a result/;

/**
 * Starts executors over a service whose front end, connections, containers and storage fail at random. Each one's identity tells which program
 * a request is of, and each one's bucket which a call is of.
 */
export async function startTroubledService(options: {
  readonly chance: Chance;
  readonly atOnce: number;
  readonly container: { readonly command: readonly [string, ...string[]]; readonly cwd: string };
  readonly environment: Readonly<Record<string, string>>;
}): Promise<TroubledCloud> {
  const { chance, atOnce, container, environment } = options;
  const tokens = Array.from({ length: atOnce }, (_, index) => `identity-${index}`);
  const current = new Map<string, number>();
  const numberOf = (token: string) => current.get(token) ?? -1;
  const service = await startServiceStandIn({
    isIdentityGood: (token) => current.has(token),
    container,
    environment,
    maxInstances: 4 * atOnce,
  });
  const { troubles, excuses, chooseFault, chooseTrouble, noteCutOff } = createTroubles(chance);
  service.onCutOff = (token) => noteCutOff(numberOf(token));
  service.faultOf = (token) => chooseFault(numberOf(token));
  const metadata = await startMetadataStandIn();
  const { isTokenGood } = metadata;
  const access = { hmacKeys: { [KEY.accessId]: KEY.secret }, isTokenGood, now: Date.now };
  const storage = await startStorageStandIn({ buckets: tokens, access });
  storage.faultOf = (call) => chooseTrouble(numberOf(call.bucket), eventOf(call));
  const executors: Executor[] = [];
  const createExecutor = (token: string): Executor => {
    const { endpoint } = storage;
    const client = createGoogleClient(createMetadataTokens({ host: metadata.host }));
    const objects = createBucketObjectStore({ client, bucket: token, endpoint });
    const executor = createCloudRunServiceExecutor({
      serviceUrl: service.url,
      tokens: { identity: async () => token },
      exchange: createExchange({ client, objects, bucket: token, key: KEY, endpoint }),
      logger: createLogger({}, () => undefined),
      ...PATIENCE,
    });
    executors.push(executor);
    return executor;
  };
  const createPlace = (token: string): Executor => {
    const executor = createExecutor(token);
    const leaving = leaveToAnother(executor, createExecutor(token), {
      untilHandedOver: () => service.untilHandedOver(token),
      afterMs: () => Math.round(chance.of(numberOf(token), "when it leaves") * WITHIN_MS),
    });
    const isLeft = () => isLeftToAnother(chance, numberOf(token));
    return { ...executor, run: (...run) => (isLeft() ? leaving : executor).run(...run) };
  };
  return {
    troubles,
    excuses: { of: (number) => excuses.get(number) ?? [], outcomes: NO_RESULT },
    places: tokens.map((token) => ({
      executor: createPlace(token),
      begin: (number) => void current.set(token, number),
    })),
    settled: service.settled,
    async close() {
      await Promise.all(executors.map((executor) => executor.close()));
      await service.close();
      await Promise.all([storage.close(), metadata.close()]);
    },
  };
}

function isLeftToAnother(chance: Chance, number: number): boolean {
  return chance.of(number, "leaves") < LEFT_SHARE;
}

/** What goes wrong with which program, and what that excuses. */
function createTroubles(chance: Chance) {
  const excuses = new Map<number, string[]>();
  const troubles = new Map<string, number>();
  const ordinal = createOrdinals();
  const inRow = createRows();
  const note = <T extends object>(what: string, trouble: T | null): T | null => {
    const name = what + JSON.stringify(trouble).replace(/(AfterMs":)\d+/, "$1…");
    if (trouble !== null) troubles.set(name, (troubles.get(name) ?? 0) + 1);
    return trouble;
  };
  let used = 0;
  let cutOff = 0;

  return {
    troubles,
    excuses,
    chooseFault(number: number): ServiceFault | null {
      const lot = chance.of(number, `request ${ordinal(`${number}`)}`);
      const afterMs = Math.round(chance.of(number, "when") * WITHIN_MS);
      const uncertain = pick(UNCERTAIN, UNCERTAIN_SHARE, lot);
      // Whoever takes up a run whose container is gone learns so at the end of its time alone.
      const isTooLong = isLeftToAnother(chance, number) && uncertain?.killAfterMs !== undefined;
      if (uncertain !== null && !isTooLong) {
        excuses.set(number, [JSON.stringify(uncertain)]);
        return note("", "killAfterMs" in uncertain ? { killAfterMs: afterMs } : uncertain);
      }
      const picked = pick(SURVIVED, SURVIVED_SHARE, chance.of(number, `${lot}`));
      // Whoever leaves before the request is handed on leaves nothing behind.
      const isHeldBack = isLeftToAnother(chance, number) && picked?.holdRequest === true;
      const fault = inRow(`${number}`, isHeldBack ? null : picked);
      if (fault?.usedContainer) used += 1;
      return note("", fault !== null && "breakAfterMs" in fault ? { breakAfterMs: afterMs } : fault);
    },
    chooseTrouble(number: number, event: string) {
      const lot = chance.of(number, `${event} ${ordinal(`${number} ${event}`)}`);
      return note("storage ", inRow(`${number} ${event}`, pick(STORAGE, STORAGE_SHARE, lot)));
    },
    noteCutOff(number: number): void {
      cutOff += 1;
      troubles.set(CUT_OFF, cutOff);
      if (cutOff <= 1 + used * CUT_OFF_SHARE) excuses.set(number, [CUT_OFF]);
    },
  };
}
