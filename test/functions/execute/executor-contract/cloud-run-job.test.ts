import { startJobCloud } from "../executor/cloud-run-job/cloud-run-job.fixture.ts";
import { describeExecutorContract } from "./executor.contract.ts";

describeExecutorContract("the executor over a Cloud Run job", async () => {
  const cloud = await startJobCloud();
  return { executor: cloud.createExecutor(), close: cloud.close };
});
