import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { expect, it } from "@jest/globals";
import { startJail } from "#sandbox/jail/start-jail.ts";
import { ENVIRONMENT, PYTHON_PATH, toMounts } from "#sandbox/supervisor/inside.ts";
import { DEFAULT_SANDBOX_LIMITS, toLanguageLimits } from "#sandbox/supervisor/sandbox-limits.ts";
import { describeWith } from "../support/capabilities.ts";

const HOST = fileURLToPath(new URL("announced-start.py", import.meta.url));

/** Its first instruction is seen from outside. */
const REQUEST = {
  code: "with open('/workspace/begun', 'w') as begun: begun.write('begun')",
  stdin: "",
  engine: "auto",
  timeout_ms: 30_000,
  cpu_ms: 30_000,
  svg: false,
  collect: { files: 0, file_bytes: 0, total_bytes: 0 },
};

describeWith("sandbox", "a host that has no room for another word of its sandbox", () => {
  it("is told that the program starts before the program's first instruction", async () => {
    const limits = DEFAULT_SANDBOX_LIMITS;
    const asked = JSON.stringify([toLanguageLimits("python", limits), REQUEST]);
    const jail = startJail({
      command: [PYTHON_PATH, "/host/announced-start.py", asked],
      readOnly: [...toMounts(), { source: HOST, target: "/host/announced-start.py" }],
      environment: ENVIRONMENT,
      tmpfsBytes: limits.diskBytes,
      limits,
    });
    jail.stdin?.end();
    jail.stdout.resume();
    const [answer, complaint] = await Promise.all([text(jail.channel), text(jail.stderr), jail.exited]);
    expect({ complaint, ...JSON.parse(answer || "{}") }).toEqual({
      complaint: "",
      wasEarly: false,
      heard: ["G", "X"],
      hasBegun: true,
    });
  }, 60_000);
});
