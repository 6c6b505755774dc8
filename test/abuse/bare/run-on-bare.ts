import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Attack, Outcome, World } from "../attack.ts";
import type { SafetyNet } from "./safety-net.ts";

/** How much later than its program's own limit the naive executor may answer. */
const GRACE_MS = 5000;

const PATHS = {
  python: { interpreter: "/usr/bin/python3", file: "main.py" },
  javascript: { interpreter: process.execPath, file: "main.js" },
} as const;

/** Runs the programs of one attack as plain subprocesses inside the safety net, and tells whether it got what it wanted. */
export async function escapesFromBare(
  net: SafetyNet,
  attack: Attack,
  world: World,
  environment: Readonly<Record<string, string>>,
): Promise<{ readonly escaped: boolean; readonly outcomes: readonly Outcome[] }> {
  const folder = mkdtempSync(join(tmpdir(), "abuse-bare-"));
  const [command, ...parameters] = net.command;
  const child = spawn(command, parameters, {
    cwd: folder,
    env: { PATH: process.env["PATH"], ...environment },
    stdio: ["pipe", "pipe", "ignore"],
    // A group and a session of their own: a signal to the whole group ends there.
    detached: true,
  });
  const closed = new Promise((resolve) => child.once("close", resolve));
  try {
    const timeout = attack.timeoutSeconds ?? 5;
    const runs = attack.runs ?? 1;
    const code = typeof attack.code === "string" ? attack.code : attack.code(world);
    const request = {
      ...PATHS[attack.language],
      code,
      timeout,
      runs,
      together: attack.together === true,
      mark: world.mark,
    };
    child.stdin?.on("error", () => undefined);
    child.stdin?.end(JSON.stringify(request));
    const outcomes = await readAnswer(child, runs * timeout * 1000 + GRACE_MS);
    return { escaped: attack.escaped(outcomes, world), outcomes };
  } finally {
    child.kill("SIGKILL");
    await closed;
    rmSync(folder, { recursive: true, force: true });
    removeMarked(world.mark);
  }
}

/** Waits for the line with the answers; what the executor wrote instead is an outcome as well. */
function readAnswer(child: ChildProcess, deadlineMs: number): Promise<readonly Outcome[]> {
  return new Promise((resolve) => {
    let raw = "";
    const finish = (outcomes: readonly Outcome[]) => {
      clearTimeout(timer);
      resolve(outcomes);
    };
    const giveUp = () => {
      const nothing = { status: null, exitCode: null, stdout: "", stderr: "", engine: null };
      finish([{ answered: false, ...nothing, raw }]);
    };
    const timer = setTimeout(giveUp, deadlineMs);
    child.stdout?.on("data", (chunk: Buffer) => {
      raw += chunk.toString("utf8");
      if (!chunk.includes("\n")) return;
      const line = raw.split("\n").find((text) => text.startsWith("[{") && text.endsWith("}]"));
      if (line === undefined) return;
      const answers: Pick<Outcome, "status" | "exitCode" | "stdout" | "stderr">[] = JSON.parse(line);
      // `raw` shows texts as they are, as the server's answer does, and what others wrote on the executor's own channel.
      const shown = raw + answers.map(({ stdout, stderr }) => stdout + stderr).join("");
      finish(answers.map((answer) => ({ answered: true, engine: null, raw: shown, ...answer })));
    });
    child.stdout?.on("end", giveUp);
  });
}

function removeMarked(mark: string): void {
  for (const folder of ["/tmp", "/dev/shm", "/var/tmp"]) {
    for (const name of readdirSync(folder)) {
      if (name.includes(mark)) rmSync(join(folder, name), { recursive: true, force: true });
    }
  }
}
