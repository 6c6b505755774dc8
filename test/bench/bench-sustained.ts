import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { CAPABILITIES } from "../support/capability-catalogue.ts";
import { type Census, compareCensuses, takeCensus, watchProcesses } from "./census.ts";
import { measureMemory, toMebibytes, treeOf, waitUntilIdle } from "./process-tree.ts";
import { describeMachine, type RunningSide, requireYardstick, startNaive, startOurs } from "./sides.ts";
import { percentile, renderTable, toRatio } from "./statistics.ts";
import { type Sustained, sustain, toWindowMs } from "./sustain.ts";
import { chooseTasks } from "./tasks.ts";

// Many clients without a pause, this server first and then the plain way to run code; and what either holds before and after.
// Exits with 1 when anything but successes and honest 503s came, or when this server keeps something.
//   --seconds 60         for each side
//   --clients 32
//   --only "python h"    programs whose name contains this, in turn; the smallest Python program by default
const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "60" },
    clients: { type: "string", default: "32" },
    only: { type: "string", default: "Python hello" },
  },
});
const LOAD = { clients: Number(values.clients), durationMs: Number(values.seconds) * 1000 };
/** Both servers have loaded all their code, and grown to their size under load, before they are counted. */
const WARM_UP = { clients: 8, durationMs: 3000 };
const MEMORY_AFTER_MS = 25_000;
/** A machine that is busy with other things may need longer to make sandboxes ready; what leaks does not go away. */
const CENSUS_DEADLINE_MS = 30_000;
const END_DEADLINE_MS = 10_000;

interface Outcome {
  readonly load: Sustained;
  readonly memory: { readonly before: number; readonly after: number };
  readonly before: Census;
  readonly after: Census;
  /** What is left after the server's end. */
  readonly leftovers: readonly string[];
}

async function observe(start: () => Promise<RunningSide>): Promise<Outcome> {
  const side = await start();
  const watch = watchProcesses(side.pid);
  try {
    await sustain(side, TASKS, WARM_UP);
    await waitUntilIdle(side.pid);
    const [before, memoryBefore] = [takeCensus(side.pid), measureMemory(treeOf(side.pid))];
    console.error(`${side.name}: ${values.seconds} s with ${values.clients} clients`);
    const load = await sustain(side, TASKS, LOAD);
    await sleep(MEMORY_AFTER_MS);
    const memory = { before: memoryBefore, after: measureMemory(treeOf(side.pid)) };
    const after = await takeCensusWhenEqual(side.pid, before);
    await side.stop();
    return { load, memory, before, after, leftovers: await watch.findLeftovers(END_DEADLINE_MS) };
  } catch (error) {
    watch.cancel();
    await side.stop().catch(() => undefined);
    throw error;
  }
}

async function takeCensusWhenEqual(pid: number, before: Census): Promise<Census> {
  const deadline = performance.now() + CENSUS_DEADLINE_MS;
  for (;;) {
    const now = takeCensus(pid);
    if (compareCensuses(before, now).length === 0 || performance.now() > deadline) return now;
    await sleep(500);
  }
}

function toRows(ours: Outcome, naive: Outcome): string[][] {
  const row = (what: string, pick: (outcome: Outcome) => number, show = (value: number) => String(value)) => [
    what,
    show(pick(ours)),
    show(pick(naive)),
    toRatio(pick(ours), pick(naive)),
  ];
  const counts = (what: string, pick: (outcome: Outcome) => Census) => {
    const show = (outcome: Outcome) => Object.values(pick(outcome)).join(" / ");
    return [what, show(ours), show(naive), ""];
  };
  const window = `${Math.round(toWindowMs(LOAD.durationMs) / 1000)} s`;
  const rate = (value: number) => `${value.toFixed(1)}/s`;
  const milliseconds = (value: number) => `${value.toFixed(0)} ms`;
  return [
    row("successes", ({ load }) => load.successes),
    row("honest 503s", ({ load }) => load.busy),
    row("anything else", ({ load }) => load.others),
    row("successes that met a waiting sandbox", ({ load }) => load.warmStarts),
    row("p50 of a success", ({ load }) => percentile(load.latenciesMs, 0.5), milliseconds),
    row("p99 of a success", ({ load }) => percentile(load.latenciesMs, 0.99), milliseconds),
    row("successes a second, whole time", ({ load }) => load.rates.whole, rate),
    row(`first ${window}`, ({ load }) => load.rates.first, rate),
    row(`last ${window}`, ({ load }) => load.rates.last, rate),
    row("memory idle, before", ({ memory }) => memory.before, toMebibytes),
    row("memory 25 s after", ({ memory }) => memory.after, toMebibytes),
    counts(`${Object.keys(ours.before).map(toWords).join(" / ")} before`, ({ before }) => before),
    counts("the same after", ({ after }) => after),
  ];
}

function toWords(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

/** What must not be, as sentences. The plain server is no product: only its answers have to be sound, for the comparison's sake. */
function findFaults(ours: Outcome, naive: Outcome): readonly string[] {
  return [
    ...ours.load.details.map((detail) => `ours: ${detail}`),
    ...naive.load.details.map((detail) => `naive: ${detail}`),
    ...compareCensuses(ours.before, ours.after),
    ...ours.leftovers.map((leftover) => `after the server's end, ${leftover}`),
  ];
}

requireYardstick();
if (!CAPABILITIES.root.isThere()) throw new Error("only root can look into sandboxes: run the bench as root");
const TASKS = chooseTasks(values.only);
const ours = await observe(startOurs);
const naive = await observe(startNaive);
console.log(
  `${describeMachine()}; ${values.clients} clients for ${values.seconds} s without a pause, one side after the other: ${TASKS.map(({ name }) => name).join(", ")}.
Memory is the proportional set size of the server and of all its descendants.\n`,
);
console.log(renderTable(["", "ours", "naive", "ours / naive"], toRows(ours, naive)));
const faults = findFaults(ours, naive);
for (const fault of faults) console.error(fault);
process.exitCode = faults.length === 0 ? 0 : 1;
