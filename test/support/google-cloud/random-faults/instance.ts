import { createCloudRunJobExecutor } from "#functions/execute/executor/executor-cloud-run-job.ts";
import { AppError } from "#shared/errors/app-error.ts";
import { createGoogleClient } from "#shared/google-cloud/google-client.ts";
import { createMetadataTokens } from "#shared/google-cloud/metadata-tokens.ts";
import { createBucketObjectStore } from "#shared/object-store/object-store-bucket.ts";
import { createLogger } from "#shared/observability/logger.ts";
import { JOB, KEY } from "../job-cloud.ts";
import type { Asked, Told } from "./run-in-instance.ts";

// One instance of the function, as far as running programs goes: it runs the one that it is sent, tells its tickets and its end, and is
// killed by whoever started it.
const tell = (told: Told) =>
  new Promise<void>((resolve) => {
    process.send?.(told, undefined, undefined, () => resolve());
  });

process.once("message", async (asked: Asked) => {
  const { program, longestMs, patience, places } = asked;
  const { metadataHost, storageUrl: endpoint, runUrl, bucket } = places;
  const client = createGoogleClient(createMetadataTokens({ host: metadataHost }));
  const executor = createCloudRunJobExecutor({
    client,
    objects: createBucketObjectStore({ client, bucket, endpoint }),
    bucket,
    key: KEY,
    endpoint,
    job: JOB,
    runEndpoint: runUrl,
    logger: createLogger({}, () => undefined),
    patience,
  });
  const handOver = {
    started: (ticket: string) => tell({ kind: "ticket", ticket }),
    isNoted: () => true,
    isDone: () => false,
  };
  const signal = AbortSignal.timeout(longestMs);
  try {
    const result = await executor.run(program, { signal, receive: async () => undefined, handOver });
    await tell({ kind: "result", result });
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    await tell({ kind: "error", code: error.code, message: error.message });
  }
});
