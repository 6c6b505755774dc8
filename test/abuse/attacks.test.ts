import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { describeWith } from "../support/capabilities.ts";
import { noteMounts } from "../support/note-mounts.ts";
import { post } from "../support/post.ts";
import { processesBelow } from "../support/processes-below.ts";
import { type RunningServer, startServer } from "../support/start-server.ts";
import { waitUntil } from "../support/wait-until.ts";
import { stoleSecret } from "./attack.ts";
import { THREATS } from "./catalogue.ts";
import { createWorld, type PlantedWorld } from "./world/create-world.ts";
import { GRACE_MS, runOnServer } from "./world/run-on-server.ts";

/** `SANDBOX_MEMORY_CGROUP=off npm run test:abuse` attacks a server that counts memory itself, as it does for an ordinary user. */
const MEMORY_CGROUP = process.env["SANDBOX_MEMORY_CGROUP"] ?? "on";

/** `npm run test:abuse` runs the whole catalogue, `npm test` the quick part of it. */
const IS_FULL = process.env["ABUSE"] === "full";

const ATTEMPTS_TO_COUNT = 100;
const STEADY_COUNTS = 30;

let planted: PlantedWorld;
let server: RunningServer;
let idleProcesses: number;
let mountsSince: ReturnType<typeof noteMounts>;

const hello = async () =>
  (await post(server, "/execute", { code: "print('still here')", timeout: 30 }, { connection: "close" })).body
    .output;

/** Sandboxes with the libraries for data come last: on a machine with much to do, long after the count would be steady. */
async function untilWarm(code: string): Promise<void> {
  for (let attempt = 0; attempt < ATTEMPTS_TO_COUNT; attempt += 1) {
    const { body } = await post(server, "/execute", { code, timeout: 30 });
    if (body.start === "warm") return;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  throw new Error("No sandbox with the libraries for data waits.");
}

/** Processes below the server once their number stays: a sandbox may be on its way to replace one that was used. */
async function countWhenIdle(): Promise<number> {
  const counts: number[] = [];
  for (let attempt = 0; attempt < ATTEMPTS_TO_COUNT; attempt += 1) {
    counts.push(processesBelow(server.pid).length);
    if (counts.length > STEADY_COUNTS && new Set(counts.slice(-STEADY_COUNTS)).size === 1) break;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return counts.at(-1) ?? 0;
}

beforeAll(async () => {
  mountsSince = noteMounts();
  planted = await createWorld({ hostProcess: true });
  server = await startServer({
    ...planted.environment,
    EXECUTE_RATE_PER_MINUTE: "0",
    SANDBOX_MEMORY_CGROUP: MEMORY_CGROUP,
  });
}, 90_000);

afterAll(async () => {
  await server?.stop();
  await planted?.close();
}, 60_000);

describeWith("sandbox", "a server that strangers attack with programs", () => {
  beforeAll(async () => {
    expect(await hello()).toBe("still here\n");
    // Everything that a server starts once, when it is first asked for, is there before the count.
    await untilWarm("try: import numpy, pandas\nexcept ImportError: pass");
    await post(server, "/execute", { code: "console.log(process.version)", language: "javascript" });
    idleProcesses = await countWhenIdle();
  }, 120_000);

  describe.each(THREATS)("$name", ({ attacks }) => {
    const chosen = attacks.filter(({ quick }) => IS_FULL || quick);

    it.each(chosen)(
      "$language: $name",
      async (attack) => {
        const world = planted.begin({
          port: Number(new URL(server.url).port),
          dataFolder: server.dataFolder,
        });
        const outcomes = await runOnServer(server, attack, world);
        // Both streams and every field are in `raw`: a failure shows what the program was told.
        const seen = JSON.stringify(outcomes.map(({ raw }) => raw.slice(0, 2000)));
        expect({ seen, escaped: attack.escaped(outcomes, world) }).toEqual({ seen, escaped: false });
        expect({ seen, stole: stoleSecret(outcomes, world) }).toEqual({ seen, stole: false });
        expect({ seen, untouched: world.isUntouched() }).toEqual({ seen, untouched: true });
        for (const { httpStatus, tookMs, status } of outcomes) {
          expect({ seen, httpStatus }).toEqual({ seen, httpStatus: 200 });
          expect(tookMs).toBeLessThan((attack.timeoutSeconds ?? 5) * 1000 + GRACE_MS);
          if (attack.statuses) expect(attack.statuses).toContain(status);
        }
        expect(await hello()).toBe("still here\n");
        await waitUntil(() => world.countLeft() === 0);
      },
      120_000,
    );
  });

  it("leaves no process and no mount of an attack behind", async () => {
    expect(await countWhenIdle()).toBeLessThanOrEqual(idleProcesses);
    expect(mountsSince()).toEqual([]);
  }, 60_000);
});
