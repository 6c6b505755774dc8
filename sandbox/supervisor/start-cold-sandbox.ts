import type { Language } from "#shared/contract/execute/languages.ts";
import type { JailOptions } from "../jail/jail.ts";
import { readBounded, startJail } from "../jail/start-jail.ts";
import { encodeJsonFrame, FRAME } from "./frames.ts";
import { ENVIRONMENT, PYTHON_PATH, toMounts } from "./inside.ts";
import { createSandbox, type Sandbox } from "./sandbox.ts";
import { type SandboxLimits, toLanguageLimits } from "./sandbox-limits.ts";

/** What is kept of the launcher's own complaints. */
const COMPLAINT_BYTES = 4096;

/** Starts a jail with bubblewrap, and in it a supervisor that starts the process of a program of this language. */
export function startColdSandbox(
  language: Language,
  limits: SandboxLimits,
  options: JailOptions = {},
): Sandbox {
  const jail = startJail(
    {
      command: [PYTHON_PATH, "/sandbox/supervisor/supervisor.py"],
      readOnly: toMounts(),
      environment: ENVIRONMENT,
      tmpfsBytes: limits.diskBytes,
      limits,
    },
    options,
  );
  jail.stdin?.end();
  jail.stdout.resume();
  const gone = Promise.all([readBounded(jail.stderr, COMPLAINT_BYTES), jail.exited]);
  const sandbox = createSandbox({
    channel: jail.channel,
    exited: gone.then(([complaint, { code }]) => `status ${code}: ${complaint}`),
    kill: jail.kill,
  });
  sandbox.send(encodeJsonFrame(FRAME.language, toLanguageLimits(language, limits)));
  return sandbox;
}
