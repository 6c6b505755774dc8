import { expect, it } from "@jest/globals";
import { describeWith } from "../../../../support/capabilities.ts";
import { waitUntil } from "../../../../support/wait-until.ts";
import { BUCKET } from "../../executor-contract/start-service-executor.ts";
import { useInstances, type World } from "./instances.fixture.ts";

const TIMEOUT_MS = 120_000;
const { startWorld, startInstance } = useInstances();

/** Starts a program at an instance that then ends. @returns where its record is */
async function leaveProgram(here: World, signal: NodeJS.Signals): Promise<string> {
  const first = await startInstance(here, null);
  const code = "import time\ntime.sleep(25)";
  const begun = await first.ask("POST", "/execute", { code, timeout: 30, wait_seconds: 0 });
  expect(begun).toMatchObject({ status: "running", execution_id: expect.any(String) });
  await waitUntil(() => here.service.handedOver() === 1, TIMEOUT_MS);
  await first.stop(signal);
  return `/execute/executions/${begun["execution_id"]}`;
}

describeWith("sandbox", "a program whose instance of the function ends and that is not handed over", () => {
  it(
    "by SIGTERM is ended, and its handle says so at once to the next instance",
    async () => {
      const here = await startWorld();
      const path = await leaveProgram(here, "SIGTERM");
      // The container ends with its caller.
      await here.service.settled();
      const answer = await (await startInstance(here, null)).ask("GET", path);
      expect(answer).toMatchObject({ success: false, status: "failed", code: "shutting_down" });
      expect(answer["error"]).toContain("send the program again");
    },
    TIMEOUT_MS,
  );

  it(
    "by SIGKILL is ended, and its handle says that it is lost when it could run no longer",
    async () => {
      const here = await startWorld();
      const path = await leaveProgram(here, "SIGKILL");
      await here.service.settled();
      const second = await startInstance(here, null);
      expect(await second.ask("GET", path)).toMatchObject({ status: "running" });
      const { objects } = here.storage.bucket(BUCKET);
      for (const [key, object] of objects) {
        // Two minutes later.
        const text = object.content
          .toString()
          .replace(/"startedAt":"[^"]+"/, `"startedAt":"${twoMinutesAgo()}"`);
        if (key.startsWith("executions/")) objects.set(key, { ...object, content: Buffer.from(text) });
      }
      const answer = await second.ask("GET", path);
      expect(answer).toMatchObject({ success: false, status: "failed", code: "execution_lost" });
      expect(answer["error"]).toContain("send the program again");
      expect(here.service.handedOver()).toBe(1);
    },
    TIMEOUT_MS,
  );
});

function twoMinutesAgo(): string {
  return new Date(Date.now() - 121_000).toISOString();
}
