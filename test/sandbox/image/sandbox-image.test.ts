import { spawnSync } from "node:child_process";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { Executor } from "#functions/execute/executor/executor.ts";
import { runAndKeep, toInput, toText } from "../../functions/execute/executor/files.fixture.ts";
import { startServiceExecutor } from "../../functions/execute/executor-contract/start-service-executor.ts";
import { describeFull } from "../../support/capabilities.ts";
import { startJobCloud } from "../../support/google-cloud/job-cloud.ts";
import { waitUntil } from "../../support/wait-until.ts";
import { type Podman, startPodman } from "./podman.fixture.ts";

const BUILD_MS = 3_600_000;
const TEST_MS = 180_000;
const PATH = process.env["PATH"] ?? "";

/**
 * What the jail needs of a container in which it is root. Cloud Run's second generation promises namespaces and all system calls; which
 * capabilities it gives is not written anywhere.
 */
const LIKE_CLOUD_RUN = ["--cap-add", "SYS_ADMIN", "--security-opt", "seccomp=unconfined"];

/** Imports what the image promises, and asks who may be reached from a program. */
const LOOK = `import importlib, json, os, socket
names = ["numpy", "pandas", "matplotlib", "scipy", "sklearn", "sympy", "openpyxl", "PIL"]
versions = {name: importlib.import_module(name).__version__ for name in names}
def reach(host, port):
    try:
        socket.create_connection((host, port), 2).close()
        return "reached"
    except OSError as error:
        return error.strerror
reached = [reach("169.254.169.254", 80), reach("1.1.1.1", 443)]
print(json.dumps([versions, reached, os.getuid(), "SEEN_BY_THE_CONTAINER" in os.environ, os.path.exists("/app")]))`;

describeFull(["podman", "root", "sandbox"], "the sandbox's image, built and run", () => {
  let podman: Podman;
  beforeAll(async () => {
    podman = await startPodman();
    await podman.build("sandbox/Dockerfile", "sandbox");
  }, BUILD_MS);
  afterAll(() => podman?.remove(), TEST_MS);

  const toCommand = (entry: string) =>
    podman.toRunCommand(LIKE_CLOUD_RUN, "sandbox", "node", `sandbox/entry/${entry}.js`);
  const run = (...words: readonly string[]) => {
    const [command, ...parameters] = podman.toRunCommand([], "sandbox", ...words);
    return spawnSync(command, parameters, { encoding: "utf8", timeout: TEST_MS });
  };
  const check = async (executor: Executor) => {
    const files = [toInput("in.txt", "text")];
    const python = await runAndKeep(executor, {
      code: `${LOOK}\nopen("out.txt", "w").write(open("in.txt").read().upper())`,
      files,
    });
    expect(python.run).toMatchObject({ status: "succeeded", stderr: "" });
    expect(toText(python.files)).toMatchObject({ "out.txt": "TEXT" });
    const [versions, reached, user, isSeen, isAppSeen] = JSON.parse(python.run.stdout);
    expect(versions).toEqual({
      ...{ numpy: "1.24.2", pandas: "1.5.3", matplotlib: "3.6.3", scipy: "1.10.1", sklearn: "1.2.1" },
      ...{ sympy: "1.11.1", openpyxl: "3.0.9", PIL: "9.4.0" },
    });
    expect(reached).toEqual(["Network is unreachable", "Network is unreachable"]);
    expect([user, isSeen, isAppSeen]).toEqual([65534, false, false]);
    const isolate = await runAndKeep(executor, { language: "javascript", code: "console.log(1 + 1)" });
    expect(isolate.run).toMatchObject({ status: "succeeded", stdout: "2\n", engine: "isolated-vm" });
    const node = await runAndKeep(executor, { language: "javascript", code: "console.log(process.version)" });
    expect(node.run).toMatchObject({ status: "succeeded", stdout: `${process.version}\n`, engine: "node" });
  };

  it(
    "runs programs as a service",
    async () => {
      const container = { command: toCommand("service"), cwd: "/" };
      const environment = { PATH, SEEN_BY_THE_CONTAINER: "yes" };
      const running = await startServiceExecutor({ container, environment });
      try {
        await check(running.executor);
      } finally {
        await running.close();
      }
    },
    TEST_MS,
  );

  it(
    "has sandboxes that wait, where the service asks for them",
    async () => {
      const container = { command: toCommand("service"), cwd: "/" };
      const running = await startServiceExecutor({ container, environment: { PATH } });
      try {
        // Nothing tells that a container's sandboxes wait: one that was asked too early is followed by another.
        const starts: string[] = [];
        for (let waitMs = 4000; starts.at(-1) !== "warm" && waitMs < 40_000; waitMs *= 2) {
          await running.service.warm(1);
          await new Promise((resolve) => setTimeout(resolve, waitMs));
          starts.push((await runAndKeep(running.executor, { code: "print(1)" })).run.start);
        }
        expect(starts.at(-1)).toBe("warm");
      } finally {
        await running.close();
      }
    },
    TEST_MS,
  );

  it(
    "runs programs as a job",
    async () => {
      const cloud = await startJobCloud({ command: toCommand("job") });
      try {
        await check(cloud.createExecutor());
      } finally {
        await cloud.close();
      }
    },
    TEST_MS,
  );

  it.each([
    ["the right to make namespaces", ["--security-opt", "seccomp=unconfined"]],
    ["the right to become another user", [...LIKE_CLOUD_RUN, "--cap-drop", "SETUID"]],
  ])(
    "refuses programs in a container without %s, and says what to give it",
    async (_, options) => {
      const command = podman.toRunCommand(options, "sandbox", "node", "sandbox/entry/job.js");
      const cloud = await startJobCloud({ command });
      try {
        const refused = runAndKeep(cloud.createExecutor(), { code: "print(1)" });
        await expect(refused).rejects.toThrow("--cap-add SYS_ADMIN");
      } finally {
        await cloud.close();
      }
    },
    TEST_MS,
  );

  it(
    "holds no compiler, no package manager of Node, no tests of libraries",
    () => {
      const { stdout } = run(
        "sh",
        "-c",
        "command -v gcc cc g++ ld npm npx yarn; find / -xdev -name tests -path '*dist-packages*'",
      );
      expect(stdout).toBe("");
    },
    TEST_MS,
  );

  describe("its process 1", () => {
    it(
      "reaps what programs leave",
      () => {
        const { stdout, status } = run(
          ...[
            "sh",
            "-c",
            "(sleep 0.2 & ) ; sleep 1; cat /proc/1/comm; grep -l '^State:.Z' /proc/[0-9]*/status",
          ],
        );
        expect([stdout, status]).toEqual(["tini\n", 1]);
      },
      TEST_MS,
    );

    it(
      "ends the service on SIGTERM",
      async () => {
        const options = ["--detach", "--name", "waits", "--env", "PORT=0"];
        const [command, ...parameters] = podman.toRunCommand(options, "sandbox");
        spawnSync(command, parameters, { timeout: TEST_MS });
        await waitUntil(async () => (await podman.ask("logs", "waits")).includes("waits for its program"));
        const begun = performance.now();
        await podman.ask("stop", "--time", "60", "waits");
        expect(performance.now() - begun).toBeLessThan(45_000);
      },
      TEST_MS,
    );
  });
});
