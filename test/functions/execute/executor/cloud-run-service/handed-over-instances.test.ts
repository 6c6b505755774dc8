import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "@jest/globals";
import { countProcesses, sleepMarked } from "../../../../sandbox/sandbox.fixture.ts";
import { describeWith } from "../../../../support/capabilities.ts";
import { waitUntil } from "../../../../support/wait-until.ts";
import { BUCKET, KEY } from "../../executor-contract/start-service-executor.ts";
import { type Instance, useInstances, type World } from "./instances.fixture.ts";

const TIMEOUT_MS = 120_000;
const LONG = {
  code: "import time\ntime.sleep(3)\nopen('left.txt', 'w').write('left')\nprint('whole')",
  timeout: 20,
  wait_seconds: 0,
};
const WHOLE = { success: true, status: "succeeded", output: "whole\n", files: [{ name: "left.txt" }] };

describeWith("sandbox", "a program whose instance of the function leaves it to others", () => {
  const { startWorld, startInstance } = useInstances();

  /** Starts a program at an instance. @returns where its record is, when a container has the program */
  async function begin(here: World, first: Instance, request: object): Promise<string> {
    const begun = await first.ask("POST", "/execute", request);
    expect(begun).toMatchObject({ status: "running", execution_id: expect.any(String) });
    await waitUntil(() => here.service.handedOver() === 1, TIMEOUT_MS);
    return `/execute/executions/${begun["execution_id"]}`;
  }
  const resultsIn = ({ storage }: World) =>
    [...storage.bucket(BUCKET).objects.keys()].filter((key) => key.startsWith("results/"));

  it.each<[string, (first: Instance) => unknown]>([
    ["is killed", (first) => first.stop("SIGKILL")],
    ["is told to end", (first) => first.stop("SIGTERM")],
    ["is frozen", (first) => first.freeze(true)],
  ])(
    "because it %s, goes on, and the next one has the result and the session",
    async (_what, leave) => {
      const here = await startWorld();
      const [first, second] = await Promise.all([startInstance(here, KEY), startInstance(here, KEY)]);
      const path = await begin(here, first, { ...LONG, session_id: "new" });
      await leave(first);
      const answer = await second.ask("GET", `${path}?wait_seconds=40`);
      expect(answer).toMatchObject(WHOLE);
      const next = { code: "print(open('left.txt').read())", session_id: String(answer["session_id"]) };
      expect(await second.ask("POST", "/execute", next)).toMatchObject({ success: true, output: "left\n" });
      expect(here.service.handedOver()).toBe(2);
      expect(second.output()).not.toMatch(/X-Goog|GOOGSTANDIN/);
    },
    TIMEOUT_MS,
  );

  it(
    "and that wakes when others have gone on, has the result, and spoils nothing in the session",
    async () => {
      const here = await startWorld();
      const [first, second] = await Promise.all([startInstance(here, KEY), startInstance(here, KEY)]);
      const path = await begin(here, first, { ...LONG, session_id: "new" });
      first.freeze(true);
      const answer = await second.ask("GET", `${path}?wait_seconds=40`);
      const session_id = String(answer["session_id"]);
      await second.ask("POST", "/execute", { code: "open('later.txt', 'w').write('later')", session_id });
      first.freeze(false);
      // It reads the answer that has lain there, or looks for it.
      expect(await first.ask("GET", `${path}?wait_seconds=20`)).toMatchObject(WHOLE);
      await sleep(1_000);
      const next = await second.ask("POST", "/execute", {
        code: "import glob\nprint(sorted(glob.glob('*.txt')))",
        session_id,
      });
      expect(next).toMatchObject({ success: true, output: "['later.txt', 'left.txt']\n" });
    },
    TIMEOUT_MS,
  );

  it(
    "because it is frozen, is ended by another one, and stays forgotten",
    async () => {
      const here = await startWorld();
      const [first, second] = await Promise.all([startInstance(here, KEY), startInstance(here, KEY)]);
      const mark = `instances-${process.pid}-${Date.now()}`;
      const path = await begin(here, first, { code: sleepMarked(mark, 28), timeout: 30, wait_seconds: 0 });
      await waitUntil(() => countProcesses(mark) > 0, TIMEOUT_MS);
      first.freeze(true);
      expect(await second.ask("DELETE", path)).toMatchObject({ success: true, cancelled: true });
      await waitUntil(() => countProcesses(mark) === 0, 15_000);
      await here.service.settled();
      expect(resultsIn(here)).toEqual([]);
      first.freeze(false);
      await waitUntil(() => first.output().includes("A container gave no result"), 15_000);
      // It looks a little longer, and then has nothing to note.
      await sleep(4_000);
      expect(await second.ask("GET", path)).toMatchObject({ code: "not_found" });
    },
    TIMEOUT_MS,
  );

  it(
    "while it has the connection itself, is answered by both, from what the first one notes",
    async () => {
      const here = await startWorld();
      const [first, second] = await Promise.all([startInstance(here, KEY), startInstance(here, KEY)]);
      const path = await begin(here, first, LONG);
      const [one, other] = await Promise.all(
        [first, second].map((instance) => instance.ask("GET", `${path}?wait_seconds=40`)),
      );
      expect(one).toMatchObject(WHOLE);
      expect(other).toMatchObject(WHOLE);
      expect(here.service.handedOver()).toBe(1);
    },
    TIMEOUT_MS,
  );
});
