import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { setTimeout } from "node:timers/promises";
import { expect, it } from "@jest/globals";
import type { Program, RunResult } from "#functions/execute/executor/executor.ts";
import { describeWith } from "../support/capabilities.ts";
import { createTestExecutor, toOptions, toProgram } from "./sandbox.fixture.ts";

const STDIN = "one\ntwo\n";

type Outcome = Pick<RunResult, "stdout" | "stderr" | "exitCode">;

/** What `node main.js` does with a harmless program of this file, outside of any sandbox. */
function runPlainly(code: string): Outcome {
  const folder = mkdtempSync(`${tmpdir()}/plain-`);
  try {
    writeFileSync(`${folder}/main.js`, code);
    const { stdout, stderr, status } = spawnSync(process.execPath, ["main.js"], {
      argv0: "node",
      cwd: folder,
      encoding: "utf8",
      env: { PATH: "/usr/bin", LANG: "C.UTF-8" },
      input: STDIN,
    });
    const place = (text: string) => text.replaceAll(folder, "/workspace").replace(/\(node:\d+\)/g, "(node)");
    return { stdout: place(stdout), stderr: place(stderr), exitCode: status };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const PROGRAMS_THAT_LOOK_FOR_TRACES = [
  "console.log(process.argv.slice(1), process.argv0, process.execArgv, process.title, process._preload_modules)",
  "console.log(Object.keys(require.cache), process.mainModule === module, module.id, module.parent, module.children)",
  "console.log(Object.getOwnPropertyNames(globalThis).sort().join(), process.eventNames().join())",
  "console.log(new Error('here').stack)",
  "console.log(require('fs').readFileSync(__filename, 'utf8'), require('fs').readdirSync('.'))",
  "import { basename } from 'node:path';\nconsole.log(basename(import.meta.filename), import.meta.main, new Error('here').stack)",
];

const PROGRAMS_THAT_START_THEMSELVES_AGAIN = [
  "const { Worker, isMainThread } = require('worker_threads');\nif (isMainThread) new Worker(__filename).on('exit', (code) => console.log('exit', code));\nelse console.log('worker', process.execArgv, Object.keys(require.cache), process._preload_modules);",
  "const { fork } = require('child_process');\nif (process.argv[2] === undefined) fork(__filename, ['child']).on('message', (text) => console.log(text));\nelse process.send(process.argv.slice(2).concat(process.execArgv));",
  "const cluster = require('cluster');\nif (cluster.isPrimary) cluster.fork().on('exit', (code) => console.log('exit', code));\nelse process.exit(7);",
];

const PROGRAMS_THAT_END_BADLY = [
  "await new Promise(() => undefined)",
  "process.exitCode = 4;\nprocess.on('beforeExit', () => console.log('before'));\nprocess.on('exit', (code) => console.log('exit', code));",
  "process.on('uncaughtException', (error, origin) => console.log(error.message, origin));\nthrow new Error('caught')",
  "process.nextTick(() => {\n  throw new TypeError('late');\n})",
  "let y = 1;\nawait x y;",
  "import nothing from './nowhere.js'",
  "#!/usr/bin/env node\nprocess.emitWarning('careful')",
];

const PROGRAMS_THAT_READ = [
  "console.log(require('fs').readFileSync(0, 'utf8'))",
  "for await (const piece of process.stdin) console.log(String(piece))",
  "require('readline').createInterface({ input: process.stdin }).on('line', (line) => console.log(line)).on('close', () => console.log('closed'))",
];

describeWith("sandbox", "the Node that waits for its program", () => {
  const executor = createTestExecutor();
  const run = (code: string, engine: Program["engine"]) =>
    executor.run(
      toProgram({ language: "javascript", code, engine, stdin: STDIN }),
      toOptions(AbortSignal.timeout(110_000)),
    );

  it.each([
    ...PROGRAMS_THAT_LOOK_FOR_TRACES,
    ...PROGRAMS_THAT_START_THEMSELVES_AGAIN,
    ...PROGRAMS_THAT_END_BADLY,
    ...PROGRAMS_THAT_READ,
  ])("is `node main.js` to it: %j", async (code) => {
    const { stdout, stderr, exitCode, engine } = await run(code, "node");
    const shown = { stdout, stderr: stderr.replace(/\(node:\d+\)/g, "(node)"), exitCode };
    expect({ ...shown, engine }).toEqual({ ...runPlainly(code), engine: "node" });
  });

  it("lets a timer take its time, however long it has waited", async () => {
    await run("", "node");
    await setTimeout(1500);
    const code = `const start = Date.now();
setTimeout(() => console.log(Date.now() - start >= 299), 300);`;
    expect((await run(code, "node")).stdout).toBe("true\n");
  });

  it("gives each isolate the time of day and random numbers of its own", async () => {
    const start = Date.now();
    const code = `console.log(Date.now() >= ${start}, Math.random())`;
    const runs = [];
    for (const _ of [1, 2, 3]) runs.push(await run(code, "isolated-vm"));
    for (const { engine, stdout } of runs)
      expect({ engine, stdout }).toMatchObject({ engine: "isolated-vm" });
    expect(new Set(runs.map(({ stdout }) => stdout)).size).toBe(3);
    expect(runs.every(({ stdout }) => stdout.startsWith("true "))).toBe(true);
  });

  it("shows where a program does not parse, when the isolate is asked for", async () => {
    const { stderr, exitCode } = await run("console.log(1);\nlet x = ;", "isolated-vm");
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(
      /^\/workspace\/main\.js:2\nlet x = ;\n {8}\^\n\nSyntaxError: Unexpected token ';'\n/,
    );
  });
});
