import { createGoogleClient } from "#shared/google-cloud/google-client.ts";
import { createMetadataTokens } from "#shared/google-cloud/metadata-tokens.ts";
import type { ObjectStore } from "#shared/object-store/object-store.ts";
import { createBucketObjectStore } from "#shared/object-store/object-store-bucket.ts";
import { createUnavailableObjectStore } from "#shared/object-store/object-store-unavailable.ts";
import type { Logger } from "#shared/observability/logger.ts";
import type { CloudExecutorSettings } from "./config.ts";
import { createExchange } from "./executor/exchange/exchange.ts";
import type { Executor } from "./executor/executor.ts";
import { createCloudRunJobExecutor } from "./executor/executor-cloud-run-job.ts";
import { createCloudRunServiceExecutor } from "./executor/executor-cloud-run-service.ts";
import { createUnavailableExecutor } from "./executor/executor-unavailable.ts";

/** What the function runs programs with in the cloud, and where it keeps what they leave. */
export interface CloudSandbox {
  readonly executor: Executor;
  readonly objects: ObjectStore;
}

const NOTHING =
  "This deployment has no sandbox to run programs in. Its owner can set EXECUTOR, or run the bundle on one machine with `npm start`, which has one.";

/** Chooses the adapters by the settings; without any, every program is refused. */
export function chooseExecutor(settings: CloudExecutorSettings | null, logger: Logger): CloudSandbox {
  if (settings === null) {
    return {
      executor: createUnavailableExecutor(NOTHING),
      objects: createUnavailableObjectStore(NOTHING),
    };
  }
  const { bucket, endpoint, metadataHost } = settings.storage;
  const tokens = createMetadataTokens({ host: metadataHost });
  const client = createGoogleClient(tokens);
  const objects = createBucketObjectStore({ client, bucket, endpoint });
  if (settings.kind === "cloud-run-service") {
    const { serviceUrl, storage } = settings;
    const key = storage.hmacKey;
    const exchange = key && createExchange({ client, objects, bucket, endpoint, key });
    return { executor: createCloudRunServiceExecutor({ serviceUrl, tokens, exchange, logger }), objects };
  }
  const { job, runEndpoint, storage } = settings;
  const place = { client, objects, bucket, endpoint, key: storage.hmacKey };
  return { executor: createCloudRunJobExecutor({ ...place, job, runEndpoint, logger }), objects };
}
