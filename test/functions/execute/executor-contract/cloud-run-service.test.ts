import { describeFull } from "../../../support/capabilities.ts";
import { describeExecutorContract } from "./executor.contract.ts";
import { COLD, startServiceExecutor } from "./start-service-executor.ts";

describeExecutorContract("the executor over a Cloud Run service", () =>
  startServiceExecutor({ environment: COLD, handsOver: true }),
);

describeExecutorContract(
  "the executor over a Cloud Run service that hands nothing over",
  () => startServiceExecutor({ environment: COLD }),
  describeFull,
);
