import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import type { Executor } from "#functions/execute/executor/executor.ts";
import { runAndKeep, toInput, toText } from "../../functions/execute/executor/files.fixture.ts";
import {
  COLD,
  type ServiceExecutor,
  startServiceExecutor,
} from "../../functions/execute/executor-contract/start-service-executor.ts";
import { describeWith } from "../../support/capabilities.ts";
import { startJobCloud } from "../../support/google-cloud/job-cloud.ts";
import { assembleTree, type Tree, toContainerCommand } from "./container.fixture.ts";

const CHART = "import matplotlib.pyplot as plt\nplt.plot([1, 2]); plt.show()";
/** Names of processes that a program sees: a container's own are not among them. */
const LOOK = `import os, re
commands = [open(f"/proc/{pid}/cmdline").read() for pid in os.listdir("/proc") if pid.isdigit()]
print(any("entry" in command for command in commands), os.path.exists("/app"), sorted(os.listdir("/")))`;
/** Modules of the sandbox without a compiled one that this Python would take. */
const UNCOMPILED = `import glob, importlib.util, os
names = glob.glob("/sandbox/supervisor/*.py") + glob.glob("/sandbox/languages/python/*.py")
print(len(names) > 20, [name for name in names if not os.path.exists(importlib.util.cache_from_source(name))])`;

describeWith(
  ["sandbox", "root", "python-packages"],
  "the tree of the sandbox's image, as a container",
  () => {
    let tree: Tree;
    let running: ServiceExecutor;
    let executor: Executor;

    beforeAll(async () => {
      tree = assembleTree();
      const container = { command: toContainerCommand(tree, "service"), cwd: "/" };
      running = await startServiceExecutor({ container, environment: COLD });
      executor = running.executor;
    });
    afterAll(async () => {
      await running?.close();
      tree?.remove();
    });

    it("holds the entries, what jails are shown, and nothing else of the checkout", () => {
      const files = readdirSync(tree.folder, { recursive: true, encoding: "utf8" }).filter((name) =>
        statSync(join(tree.folder, name)).isFile(),
      );
      expect(files).toEqual(expect.arrayContaining(["sandbox/entry/job.js", "sandbox/entry/service.js"]));
      expect(
        files.filter((name) => !/^(package\.json|sandbox\/|dist\/sandbox\/javascript\/)/.test(name)),
      ).toEqual([]);
      expect(files.filter((name) => /\.ts$|node_modules|\.env|key/i.test(name))).toEqual([]);
      const text = files
        .filter((name) => name.endsWith(".js"))
        .map((name) => readFileSync(join(tree.folder, name), "utf8"));
      expect(text.join()).not.toContain(process.cwd());
    });

    it("runs Python with its files and charts, although parts of /proc are covered", async () => {
      const code = `${CHART}\nopen("out.txt", "w").write(open("in.txt").read().upper())`;
      const { run, files } = await runAndKeep(executor, { code, files: [toInput("in.txt", "text")] });
      expect(run).toMatchObject({ status: "succeeded", stderr: "" });
      expect(toText(files)).toMatchObject({ "out.txt": "TEXT" });
      expect([...files.keys()]).toContain(".results/results.json");
    });

    it("runs JavaScript in an isolate and in Node", async () => {
      const run = async (code: string) => (await runAndKeep(executor, { language: "javascript", code })).run;
      const [isolate, node] = await Promise.all([
        run("console.log(1 + 1)"),
        run("console.log(require('os').EOL)"),
      ]);
      expect(isolate).toMatchObject({ status: "succeeded", stdout: "2\n", engine: "isolated-vm" });
      expect(node).toMatchObject({ status: "succeeded", stdout: "\n\n", engine: "node" });
    });

    it("shows programs nothing of the container", async () => {
      const { run } = await runAndKeep(executor, { code: LOOK });
      expect(run.stdout).toMatch(/^False False \['bin', 'dev', 'etc', 'lib', 'lib64', 'proc', 'sandbox',/);
    });

    it("has Python's modules compiled, where the sandbox's own Python looks for them", async () => {
      const { run } = await runAndKeep(executor, { code: UNCOMPILED });
      expect(run).toMatchObject({ status: "succeeded", stdout: "True []\n" });
    });

    it("runs a program as a job", async () => {
      const cloud = await startJobCloud({ command: toContainerCommand(tree, "job") });
      try {
        const { run, files } = await runAndKeep(cloud.createExecutor(), {
          code: "open('out.txt', 'w').write(open('in.txt').read().upper())",
          files: [toInput("in.txt", "text")],
        });
        expect(run).toMatchObject({ status: "succeeded", unchangedFiles: ["in.txt"] });
        expect(toText(files)).toEqual({ "out.txt": "TEXT" });
      } finally {
        await cloud.close();
      }
    });

    it("has sandboxes that wait, where the service asks for them", async () => {
      const container = { command: toContainerCommand(tree, "service"), cwd: "/" };
      const warm = await startServiceExecutor({ container });
      try {
        // Nothing tells that a container's sandboxes wait: one that was asked too early is followed by another.
        const starts: string[] = [];
        for (let waitMs = 1500; starts.at(-1) !== "warm" && waitMs < 15_000; waitMs *= 2) {
          await warm.service.warm(1);
          await new Promise((resolve) => setTimeout(resolve, waitMs));
          starts.push((await runAndKeep(warm.executor, { code: "print(1)" })).run.start);
        }
        expect(starts.at(-1)).toBe("warm");
      } finally {
        await warm.close();
      }
    });
  },
);
