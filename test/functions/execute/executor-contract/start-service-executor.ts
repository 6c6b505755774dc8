import { createExchange } from "#functions/execute/executor/exchange/exchange.ts";
import type { Executor } from "#functions/execute/executor/executor.ts";
import {
  type CloudRunServiceOptions,
  createCloudRunServiceExecutor,
} from "#functions/execute/executor/executor-cloud-run-service.ts";
import { createGoogleClient } from "#shared/google-cloud/google-client.ts";
import { createMetadataTokens } from "#shared/google-cloud/metadata-tokens.ts";
import { createBucketObjectStore } from "#shared/object-store/object-store-bucket.ts";
import { createQuietLogger } from "../../../sandbox/sandbox.fixture.ts";
import {
  type MetadataStandIn,
  startMetadataStandIn,
} from "../../../support/google-cloud/metadata-stand-in.ts";
import {
  type ServiceStandIn,
  type ServiceStandInOptions,
  startServiceStandIn,
} from "../../../support/google-cloud/service-stand-in.ts";
import { type StorageStandIn, startStorageStandIn } from "../../../support/google-cloud/storage-stand-in.ts";

/** The executor over the stand-ins of what it needs of Google Cloud. */
export interface ServiceExecutor {
  readonly executor: Executor;
  readonly service: ServiceStandIn;
  readonly metadata: MetadataStandIn;
  /** Where runs are handed over, if they are. */
  readonly storage: StorageStandIn;
  /** What the executors logged. */
  readonly lines: readonly string[];
  /** The executor of another instance of the function. */
  another(): Executor;
  close(): Promise<void>;
}

/** The environment of containers in which nothing waits: each test starts some. */
export const COLD = {
  SANDBOX_WARM_PYTHON: "0",
  SANDBOX_WARM_DATA: "0",
  SANDBOX_WARM_JAVASCRIPT: "0",
  SANDBOX_WARM_NODE: "0",
};

/** A made-up key that addresses are signed with. */
export const KEY = { accessId: "GOOGSTANDIN", secret: "made-up-secret-of-the-stand-in" };
/** The bucket of the stand-in. */
export const BUCKET = "exchange";

/**
 * Starts the stand-ins, and builds the executor on them.
 * @param options.handsOver whether runs are handed over
 */
export async function startServiceExecutor(
  options: Partial<ServiceStandInOptions> &
    Partial<CloudRunServiceOptions> & { readonly handsOver?: boolean } = {},
): Promise<ServiceExecutor> {
  const metadata = await startMetadataStandIn();
  const { isTokenGood } = metadata;
  const access = { hmacKeys: { [KEY.accessId]: KEY.secret }, isTokenGood, now: Date.now };
  const storage = await startStorageStandIn({ buckets: [BUCKET], access });
  const { endpoint } = storage;
  const tokens = createMetadataTokens({ host: metadata.host });
  const client = createGoogleClient(tokens);
  const objects = createBucketObjectStore({ client, bucket: BUCKET, endpoint });
  const exchange = options.handsOver
    ? createExchange({ client, objects, bucket: BUCKET, key: KEY, endpoint })
    : null;
  const service = await startServiceStandIn({ isIdentityGood: metadata.isIdentityGood, ...options });
  const lines: string[] = [];
  const executors: Executor[] = [];
  const another = () => {
    const executor = createCloudRunServiceExecutor({
      serviceUrl: service.url,
      tokens,
      exchange,
      logger: createQuietLogger(lines),
      ...options,
    });
    executors.push(executor);
    return executor;
  };
  return {
    executor: another(),
    another,
    service,
    metadata,
    storage,
    lines,
    async close() {
      await Promise.all(executors.map((executor) => executor.close()));
      await service.close();
      await Promise.all([metadata.close(), storage.close()]);
    },
  };
}
