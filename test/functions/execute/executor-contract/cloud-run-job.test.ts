import { startJobCloud } from "../../../support/google-cloud/job-cloud.ts";
import { describeExecutorContract } from "./executor.contract.ts";

describeExecutorContract("the executor over a Cloud Run job", async () => {
  const cloud = await startJobCloud();
  return { executor: cloud.createExecutor(), close: cloud.close };
});
