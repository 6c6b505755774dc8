import { describeExecutorContract } from "./executor.contract.ts";
import { COLD, startServiceExecutor } from "./start-service-executor.ts";

describeExecutorContract("the executor over a Cloud Run service that hands runs over", () =>
  startServiceExecutor({ environment: COLD, handsOver: true }),
);
