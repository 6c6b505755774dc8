import { chmodSync } from "node:fs";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { assembleTree, type Tree } from "../../../sandbox/image/container.fixture.ts";
import { describeFull, describeWith } from "../../../support/capabilities.ts";
import { openBegunPrograms } from "../../../support/google-cloud/random-faults/begun-programs.ts";
import { createChance } from "../../../support/google-cloud/random-faults/chance.ts";
import {
  runPrograms,
  type Tally,
  type TroubledCloud,
} from "../../../support/google-cloud/random-faults/run-programs.ts";
import { tellTally } from "../../../support/google-cloud/random-faults/tell-tally.ts";
import { startTroubledJob } from "../../../support/google-cloud/random-faults/troubled-job.ts";
import { startTroubledService } from "../../../support/google-cloud/random-faults/troubled-service.ts";
import { COLD } from "../executor-contract/start-service-executor.ts";

/**
 * The same seed makes the same faults: FAULT_SEED repeats what a run has printed. The full suite looks for new ones; the quick one,
 * which judges a change, has the same ones for every change.
 */
const SEED = process.env["FAULT_SEED"] ?? (process.env["TEST_FULL"] === "1" ? String(Date.now()) : "0");
const FEW_MS = 240_000;
const MANY_MS = 5_400_000;
const AT_ONCE = 8;

let tree: Tree | undefined;

function useTree(): void {
  beforeAll(() => {
    tree = assembleTree();
    // The jail's user walks through it.
    chmodSync(tree.folder, 0o755);
  });
  afterAll(() => tree?.remove());
}

/** Runs programs in a tree that is the image's, and counts how often each began. */
async function runIn(
  what: string,
  count: number,
  start: (folder: string) => Promise<TroubledCloud>,
): Promise<Tally> {
  if (tree === undefined) throw new Error("no suite is running");
  const begun = openBegunPrograms(tree.folder);
  const cloud = await start(tree.folder);
  try {
    const tally = await runPrograms({ count, begun, ...cloud });
    tellTally(`${count} programs in ${what}, seed ${SEED}`, tally, cloud.troubles);
    return tally;
  } finally {
    await cloud.close();
    begun.close();
  }
}

const CHANCE = createChance(SEED);

const runInJobs = (count: number) =>
  runIn("jobs", count, (folder) => {
    const command = [process.execPath, `${folder}/sandbox/entry/job.js`] as const;
    return startTroubledJob({ chance: CHANCE, atOnce: AT_ONCE, command });
  });

const runInService = (count: number) =>
  runIn("a service", count, (folder) => {
    const command = [process.execPath, `${folder}/sandbox/entry/service.js`] as const;
    const container = { command, cwd: folder };
    return startTroubledService({ chance: CHANCE, atOnce: AT_ONCE, container, environment: COLD });
  });

describeWith("sandbox", "while everything fails at random", () => {
  useTree();

  it(
    "no program is lost or run twice in jobs",
    async () => {
      expect((await runInJobs(20)).faults).toEqual([]);
    },
    FEW_MS,
  );

  it(
    "no program is lost or run twice in a service",
    async () => {
      expect((await runInService(20)).faults).toEqual([]);
    },
    FEW_MS,
  );
});

const MANY = Number(process.env["FAULT_RUNS"] ?? 2_000);

describeFull(["sandbox"], "while everything fails at random for long", () => {
  useTree();

  it(
    "no program is lost or run twice in jobs",
    async () => {
      expect((await runInJobs(MANY)).faults).toEqual([]);
    },
    MANY_MS,
  );

  it(
    "no program is lost or run twice in a service",
    async () => {
      expect((await runInService(MANY)).faults).toEqual([]);
    },
    MANY_MS,
  );
});
