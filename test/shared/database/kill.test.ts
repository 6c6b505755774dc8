import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "@jest/globals";
import { describeWith } from "../../support/capabilities.ts";
import { copyPgliteTemplate } from "../../support/pglite-template.ts";
import { startPostgres } from "../../support/start-postgres.ts";

const WRITER = fileURLToPath(new URL("./write-and-redeem.fixture.ts", import.meta.url));
const ROUNDS = process.env["TEST_FULL"] === "1" ? 50 : 3;
const TIMEOUT_MS = ROUNDS * 40_000;
/** A life has so many at least, on a slow machine too; after them it ends within so many milliseconds. */
const FEWEST_REDEEMED = 2;
const MOST_LIFE_MS = 400;

/** What writers said that is done. */
interface Said {
  readonly written: Set<string>;
  readonly redeemed: Set<string>;
}

/**
 * One life of a writer, from what it finds to its death at any moment.
 * @param die kills what is to be killed, given the process group of the writer
 * @returns what it found: whether each code is redeemed
 */
async function live(
  place: readonly [string, string],
  said: Said,
  die: (group: number) => Promise<void>,
): Promise<ReadonlyMap<string, boolean>> {
  const writer = spawn(process.execPath, ["--no-warnings", WRITER, ...place], {
    // A process group of its own, so that nothing of it is left alive.
    detached: true,
    stdio: ["ignore", "pipe", "ignore"],
  });
  const gone = once(writer, "exit");
  let found: ReadonlyMap<string, boolean> | null = null;
  let dying: Promise<void> | null = null;
  const before = said.redeemed.size;
  for await (const line of createInterface({ input: writer.stdout })) {
    const [verb, rest = ""] = line.split(/ (.*)/s);
    if (verb === "state") found = new Map(Object.entries(JSON.parse(rest) as Record<string, boolean>));
    if (verb === "written") said.written.add(rest);
    if (verb === "redeemed") said.redeemed.add(rest);
    if (said.redeemed.size < before + FEWEST_REDEEMED) continue;
    dying ??= new Promise<void>((resolve) => setTimeout(resolve, Math.random() * MOST_LIFE_MS)).then(() =>
      die(-(writer.pid ?? Number.NaN)),
    );
  }
  await dying;
  await gone;
  if (found === null) throw new Error("the writer could not open the database");
  return found;
}

async function livesAndDeaths(
  place: readonly [string, string],
  die: (group: number, round: number) => Promise<void>,
): Promise<void> {
  const said: Said = { written: new Set(), redeemed: new Set() };
  for (let round = 0; round <= ROUNDS; round += 1) {
    const before = { written: [...said.written], redeemed: [...said.redeemed] };
    const found = await live(place, said, (group) => die(group, round));
    expect(before.written.filter((id) => !found.has(id))).toEqual([]);
    expect(before.redeemed.filter((id) => found.get(id) !== true)).toEqual([]);
  }
  expect(said.redeemed.size).toBeGreaterThan(ROUNDS);
}

function killGroup(group: number): void {
  try {
    process.kill(group, "SIGKILL");
  } catch {
    // It ended by itself when its server went away.
  }
}

describe("kill -9 while codes are written and redeemed, on PGlite", () => {
  it(
    "loses nothing that was said to be written and makes no redeemed code new",
    async () => {
      const home = await mkdtemp(join(tmpdir(), "kill-test-"));
      const folder = join(home, "database");
      await copyPgliteTemplate(folder);
      await livesAndDeaths(["pglite", folder], async (group) => killGroup(group));
      await rm(home, { recursive: true, force: true });
    },
    TIMEOUT_MS,
  );
});

describeWith("postgres", "kill -9 while codes are written and redeemed, on PostgreSQL", () => {
  it(
    "loses nothing that was said to be written and makes no redeemed code new, whether the server crashes or its client",
    async () => {
      const server = await startPostgres();
      const url = await server.createDatabase();
      await livesAndDeaths(["postgres", url], async (group, round) => {
        if (round % 2 === 1) await server.halt("immediate");
        killGroup(group);
        if (round % 2 === 1) await server.start();
      });
      await server.stop();
    },
    TIMEOUT_MS,
  );
});
