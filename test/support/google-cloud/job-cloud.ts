import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Executor } from "#functions/execute/executor/executor.ts";
import type { Patience } from "#functions/execute/executor/executor-cloud-run-job/follow-run.ts";
import { createCloudRunJobExecutor } from "#functions/execute/executor/executor-cloud-run-job.ts";
import { createGoogleClient, type GoogleClient } from "#shared/google-cloud/google-client.ts";
import { createMetadataTokens } from "#shared/google-cloud/metadata-tokens.ts";
import type { ObjectStore } from "#shared/object-store/object-store.ts";
import { createBucketObjectStore } from "#shared/object-store/object-store-bucket.ts";
import { createLogger } from "#shared/observability/logger.ts";
import { type MetadataStandIn, startMetadataStandIn } from "./metadata-stand-in.ts";
import { type RunStandIn, type RunStandInOptions, startRunStandIn } from "./run-stand-in.ts";
import { type StorageStandIn, type StorageStandInOptions, startStorageStandIn } from "./storage-stand-in.ts";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
/** A made-up key that addresses are signed with. */
export const KEY = { accessId: "GOOGSTANDIN", secret: "made-up-secret-of-the-stand-in" };

/** The job of the stand-in. */
export const JOB = "projects/demo/locations/europe-west1/jobs/sandbox";
/** The bucket of the stand-in. */
export const BUCKET = "exchange";

/** The parts of Google Cloud that running a program takes, as stand-ins. */
export interface JobCloud {
  readonly metadata: MetadataStandIn;
  readonly storage: StorageStandIn;
  readonly run: RunStandIn;
  readonly client: GoogleClient;
  readonly objects: ObjectStore;
  /** What the executors logged. */
  readonly log: string[];
  /** An instance of the function's executor, over the first bucket unless told otherwise. */
  createExecutor(patience?: Partial<Patience>, bucket?: string): Executor;
  close(): Promise<void>;
}

/**
 * Starts the stand-ins.
 * @param options.latencyMs of the storage and of Cloud Run
 * @param options.command what a container runs; the checkout's own entry by default
 * @param options.buckets beside `BUCKET`
 */
export async function startJobCloud(
  options: Pick<StorageStandInOptions, "latencyMs"> &
    Partial<Pick<RunStandInOptions, "command">> & {
      readonly now?: () => number;
      readonly buckets?: readonly string[];
    } = {},
): Promise<JobCloud> {
  const { now = Date.now, command, buckets = [], ...latency } = options;
  if (!existsSync(`${ROOT}dist/sandbox/javascript/preload.cjs`)) {
    execFileSync(process.execPath, [`${ROOT}scripts/build-sandbox.ts`]);
  }
  const metadata = await startMetadataStandIn();
  const { isTokenGood } = metadata;
  const access = { hmacKeys: { [KEY.accessId]: KEY.secret }, isTokenGood, now };
  const storage = await startStorageStandIn({ buckets: [BUCKET, ...buckets], access, ...latency });
  const run = await startRunStandIn({ job: JOB, isTokenGood, ...latency, ...(command && { command }) });
  const client = createGoogleClient(createMetadataTokens({ host: metadata.host }));
  const log: string[] = [];
  const logger = createLogger({}, (line) => void log.push(line));
  const { endpoint } = storage;
  const objects = createBucketObjectStore({ client, bucket: BUCKET, endpoint });
  const executors: Executor[] = [];
  return {
    metadata,
    storage,
    run,
    client,
    objects,
    log,
    createExecutor(patience = {}, bucket = BUCKET) {
      const executor = createCloudRunJobExecutor({
        client,
        objects: bucket === BUCKET ? objects : createBucketObjectStore({ client, bucket, endpoint }),
        bucket,
        key: KEY,
        endpoint,
        job: JOB,
        runEndpoint: run.endpoint,
        logger,
        patience: { watchMs: 200, ...patience },
      });
      executors.push(executor);
      return executor;
    },
    async close() {
      await Promise.all(executors.map((executor) => executor.close()));
      await run.close();
      await Promise.all([metadata.close(), storage.close()]);
    },
  };
}
