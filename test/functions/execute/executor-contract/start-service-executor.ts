import type { Executor } from "#functions/execute/executor/executor.ts";
import {
  type CloudRunServiceOptions,
  createCloudRunServiceExecutor,
} from "#functions/execute/executor/executor-cloud-run-service.ts";
import { createMetadataTokens } from "#shared/google-cloud/metadata-tokens.ts";
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

/** The executor over the stand-ins of what it needs of Google Cloud. */
export interface ServiceExecutor {
  readonly executor: Executor;
  readonly service: ServiceStandIn;
  readonly metadata: MetadataStandIn;
  /** What the executor logged. */
  readonly lines: readonly string[];
  close(): Promise<void>;
}

/** The environment of containers in which nothing waits: each test starts some. */
export const COLD = {
  SANDBOX_WARM_PYTHON: "0",
  SANDBOX_WARM_DATA: "0",
  SANDBOX_WARM_JAVASCRIPT: "0",
  SANDBOX_WARM_NODE: "0",
};

/** Starts the stand-ins, and builds the executor on them. */
export async function startServiceExecutor(
  options: Partial<ServiceStandInOptions> & Partial<CloudRunServiceOptions> = {},
): Promise<ServiceExecutor> {
  const metadata = await startMetadataStandIn();
  const service = await startServiceStandIn({ isIdentityGood: metadata.isIdentityGood, ...options });
  const lines: string[] = [];
  const executor = createCloudRunServiceExecutor({
    serviceUrl: service.url,
    tokens: createMetadataTokens({ host: metadata.host }),
    logger: createQuietLogger(lines),
    ...options,
  });
  return {
    executor,
    service,
    metadata,
    lines,
    async close() {
      await executor.close();
      await service.close();
      await metadata.close();
    },
  };
}
