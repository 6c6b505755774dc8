import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import type { Side } from "./ask.ts";
import { type Load, measureRound } from "./measure.ts";
import { describeMachine, requireYardstick, startNaive, startOurs } from "./sides.ts";
import { COMPARISON_HEADER, type Measurement, mergeRounds, renderTable, toRow } from "./statistics.ts";
import { chooseTasks, type Task } from "./tasks.ts";

// Compares this server with the plain way to run code over HTTP. Both stand on loopback; their rounds alternate.
//   --quick        a few requests only, to see that it works
//   --rounds 5     of each side, for each load
//   --only hello   only programs whose name contains this
const { values } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    rounds: { type: "string", default: "5" },
    only: { type: "string", default: "" },
  },
});

const ROUNDS = values.quick ? 1 : Number(values.rounds);
/** Long enough for a pool of sandboxes to fill up again: it does not do so in the other side's turn. */
const PAUSE_MS = 2000;
/** People, and models on their behalf, think between two programs. */
const THINKING_MS = 100;
const WARM_UP: Load = { clients: 2, requests: values.quick ? 2 : 10 };

/** Only the smallest programs are asked by many at once: the heavy ones measure the processors then. */
function toLoads({ name, requests }: Task): readonly Load[] {
  const alone = { clients: 1, requests: values.quick ? 3 : requests };
  if (!name.endsWith("hello")) return [alone];
  return [
    alone,
    { ...alone, pauseMs: THINKING_MS },
    ...[8, 32].map((clients) => ({ clients, requests: values.quick ? clients : requests * 3 })),
  ];
}

function describeLoad({ clients, pauseMs }: Load): string {
  if (clients > 1) return `${clients} clients`;
  return pauseMs === undefined ? "1 client" : "1 client that pauses";
}

/** Both sides in turn, so that whatever else the machine does falls on both; who begins changes with each round. */
async function compare(ours: Side, naive: Side, task: Task, load: Load): Promise<[Measurement, Measurement]> {
  const rounds: [Measurement[], Measurement[]] = [[], []];
  for (const side of [ours, naive]) await measureRound(side, task, WARM_UP);
  for (let round = 0; round < ROUNDS; round += 1) {
    const order = round % 2 === 0 ? ([0, 1] as const) : ([1, 0] as const);
    for (const index of order) {
      await sleep(PAUSE_MS);
      rounds[index].push(await measureRound(index === 0 ? ours : naive, task, load));
    }
  }
  return [mergeRounds(rounds[0]), mergeRounds(rounds[1])];
}

/** A load that fails has no row, and is no reason to lose the others. */
async function compareAll(ours: Side, naive: Side): Promise<string[][]> {
  const rows: string[][] = [];
  for (const task of chooseTasks(values.only)) {
    for (const load of toLoads(task)) {
      const name = `${task.name}, ${describeLoad(load)}`;
      try {
        const [own, other] = await compare(ours, naive, task, load);
        rows.push(toRow(name, own, other));
        console.error(`${name}: ${own.warmStarts} of ${own.latenciesMs.length} starts were warm`);
      } catch (error) {
        console.error(`${name} failed: ${error instanceof Error ? error.message : error}`);
        process.exitCode = 1;
      }
    }
  }
  return rows;
}

requireYardstick();
const naive = await startNaive();
try {
  const ours = await startOurs();
  try {
    const rows = await compareAll(ours, naive);
    console.log(
      `${describeMachine()}; ${ROUNDS} ${ROUNDS === 1 ? "round" : "rounds"} of each side in turn, each begun with waiting sandboxes. Every client asks again as soon as
it has its answer, or ${THINKING_MS} ms later where it pauses: without, even one client uses sandboxes faster than people do. Ratios are ours / naive: below 1 a latency is
better, above 1 a rate is.\n`,
    );
    console.log(renderTable(COMPARISON_HEADER, rows));
  } finally {
    await ours.stop();
  }
} finally {
  await naive.stop();
}
