import { createTestExecutor } from "../../../sandbox/sandbox.fixture.ts";
import { describeExecutorContract } from "./executor.contract.ts";

describeExecutorContract("the local executor", async () => {
  const executor = createTestExecutor({ warm: { python: 2, data: 1, javascript: 1, node: 1 } });
  return { executor, close: () => executor.close() };
});
