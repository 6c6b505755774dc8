import { fileURLToPath } from "node:url";
import { afterEach, expect, it } from "@jest/globals";
import { describeWith } from "../../../../support/capabilities.ts";
import { BUCKET, JOB, KEY } from "../../../../support/google-cloud/job-cloud.ts";
import { type RunningProcess, startProcess } from "../../../../support/start-process.ts";
import { waitUntil } from "../../../../support/wait-until.ts";
import { countResults, useJobCloud } from "./cloud-run-job.fixture.ts";

const TIMEOUT_MS = 90_000;
const TOKEN = "codex_a-made-up-token-of-the-tests";
const INSTANCE = fileURLToPath(new URL("./instance.fixture.ts", import.meta.url));
const ROOT = fileURLToPath(new URL("../../../../../", import.meta.url));

interface Instance {
  ask(
    method: string,
    path: string,
    body?: object,
  ): Promise<{ readonly status: number; readonly body: Readonly<Record<string, unknown>> }>;
  stop(signal: NodeJS.Signals): Promise<unknown>;
}

describeWith("sandbox", "instances of the function", () => {
  const world = useJobCloud();
  const processes: RunningProcess[] = [];
  afterEach(async () => {
    await Promise.all(processes.splice(0).map((process) => process.stop("SIGKILL")));
  });

  async function startInstance(): Promise<Instance> {
    const { metadata, run, storage } = world.cloud;
    const started = await startProcess({
      command: [process.execPath, INSTANCE],
      cwd: ROOT,
      environment: {
        PATH: process.env["PATH"] ?? "",
        CODEX_API_TOKEN: TOKEN,
        SIGNING_KEY: "a-made-up-signing-key-of-32-characters",
        EXECUTE_RATE_PER_MINUTE: "0",
        EXECUTOR: "cloud-run-job",
        SANDBOX_JOB: JOB,
        CLOUD_RUN_URL: run.endpoint,
        STORAGE_BUCKET: BUCKET,
        STORAGE_URL: storage.endpoint,
        STORAGE_HMAC_ACCESS_ID: KEY.accessId,
        STORAGE_HMAC_SECRET: KEY.secret,
        GCE_METADATA_HOST: metadata.host,
      },
      ready: /Instance at (\S+) /,
    });
    processes.push(started);
    const headers = { authorization: `Bearer ${TOKEN}`, "content-type": "application/json" };
    return {
      async ask(method, path, body) {
        const init = { method, headers, ...(body ? { body: JSON.stringify(body) } : {}) };
        const answer = await fetch(`${started.ready[1]}${path}`, init);
        return { status: answer.status, body: await answer.json() };
      },
      stop: (signal) => {
        processes.splice(processes.indexOf(started), 1);
        return started.stop(signal);
      },
    };
  }

  const LONG = {
    code: "import time\ntime.sleep(4)\nopen('left.txt', 'w').write('left')\nprint('whole')",
    timeout: 20,
  };
  const WHOLE = { success: true, status: "succeeded", output: "whole\n" };

  it.each<NodeJS.Signals>(["SIGKILL", "SIGTERM"])(
    "that end by %s while they wait leave the handle to others, and the program runs once",
    async (signal) => {
      const first = await startInstance();
      const { body } = await first.ask("POST", "/execute", { ...LONG, session_id: "new", wait_seconds: 0 });
      expect(body).toMatchObject({ status: "running", execution_id: expect.any(String) });
      await waitUntil(() => world.cloud.run.executions[0]?.startedAtMs != null, TIMEOUT_MS);
      await first.stop(signal);
      const second = await startInstance();
      const answer = await second.ask("GET", `/execute/executions/${body["execution_id"]}?wait_seconds=40`);
      expect(answer.body).toMatchObject({ ...WHOLE, files: [{ name: "left.txt" }] });
      const session = String(answer.body["session_id"]);
      const next = await second.ask("POST", "/execute", {
        code: "print(open('left.txt').read())",
        session_id: session,
      });
      expect(next.body).toMatchObject({ success: true, output: "left\n" });
      expect(world.cloud.run.executions).toHaveLength(2);
      expect(countResults(world.cloud)).toBe(2);
    },
    TIMEOUT_MS,
  );

  it(
    "end the program of another one that is gone when it is cancelled",
    async () => {
      const [first, second] = await Promise.all([startInstance(), startInstance()]);
      const longer = { code: "import time\ntime.sleep(29)", timeout: 30, wait_seconds: 0 };
      const { body } = await first.ask("POST", "/execute", longer);
      const { objects } = world.cloud.storage.bucket(BUCKET);
      const hasTaken = () => [...objects.keys()].some((key) => key.startsWith("claims/"));
      await waitUntil(hasTaken, TIMEOUT_MS);
      await first.stop("SIGKILL");
      const path = `/execute/executions/${body["execution_id"]}`;
      expect((await second.ask("DELETE", path)).body).toMatchObject({ success: true, cancelled: true });
      expect(world.cloud.run.executions[0]?.state).toBe("cancelled");
      expect((await second.ask("GET", path)).status).toBe(404);
    },
    TIMEOUT_MS,
  );

  it(
    "run a request once that its caller sends five times to two of them",
    async () => {
      const [first, second] = await Promise.all([startInstance(), startInstance()]);
      const request = { code: "print('once')", idempotency_key: "five-times" };
      const answers = await Promise.all(
        [first, second, first, second, first].map((instance) => instance.ask("POST", "/execute", request)),
      );
      for (const { body } of answers) expect(body).toMatchObject({ success: true, output: "once\n" });
      expect(new Set(answers.map(({ body }) => body["execution_id"])).size).toBe(1);
      expect(world.cloud.run.executions).toHaveLength(1);
    },
    TIMEOUT_MS,
  );
});
