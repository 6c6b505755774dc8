import { parseArgs } from "node:util";
import { JAIL_USER } from "#sandbox/jail/launch-command.ts";
import { openMemoryCgroup } from "#sandbox/jail/memory-cgroup.ts";
import type { SandboxKind } from "#sandbox/zygote/waiting-sandboxes.ts";
import { createLogger } from "#shared/observability/logger.ts";
import { CAPABILITIES } from "../support/capability-catalogue.ts";
import { measureParts, type Part } from "./idle-memory.ts";
import { toMebibytes, waitUntilIdle } from "./process-tree.ts";
import { measureClones, measureRefill } from "./refill.ts";
import { describeMachine, startOurs } from "./sides.ts";
import { percentile, renderTable } from "./statistics.ts";

// What waiting sandboxes cost, and how fast new ones are ready.
//   --size 16      sandboxes that wait, are taken away, and are replaced
//   --rounds 10    of each kind
//   --clones 50    made one after the other
const { values } = parseArgs({
  options: {
    size: { type: "string", default: "16" },
    rounds: { type: "string", default: "10" },
    clones: { type: "string", default: "50" },
  },
});
const KINDS: Readonly<Record<SandboxKind, string>> = {
  python: "Python",
  data: "Python with data",
  javascript: "JavaScript",
  node: "JavaScript with Node",
};

async function measureIdleServer(): Promise<readonly Part[]> {
  const server = await startOurs();
  try {
    await waitUntilIdle(server.pid);
    return measureParts(server.pid);
  } finally {
    await server.stop();
  }
}

function toMemoryRows(parts: readonly Part[]): string[][] {
  const total = parts.reduce((sum, { bytes }) => sum + bytes, 0);
  return [
    ...parts.map(({ name, count, bytes }) => [
      name,
      String(count),
      toMebibytes(bytes / count),
      toMebibytes(bytes),
    ]),
    ["all", "", "", toMebibytes(total)],
  ];
}

async function measureSpeed(): Promise<string[][]> {
  const kinds = ["python", "data", "javascript", "node"] as const;
  const memoryCgroup = openMemoryCgroup({
    uid: Number(JAIL_USER),
    logger: createLogger({}, (line) => process.stderr.write(line)),
  });
  try {
    const rows: string[][] = [];
    for (const kind of kinds) {
      console.error(`making sandboxes ready for ${KINDS[kind]}`);
      const [size, rounds] = [Number(values.size), Number(values.rounds)];
      const rates = await measureRefill(kind, { size, rounds }, memoryCgroup);
      const alone = await measureClones(kind, Number(values.clones), memoryCgroup);
      rows.push([
        KINDS[kind],
        `${percentile(rates, 0.5).toFixed(1)}/s`,
        `${percentile(alone, 0.5).toFixed(1)} ms`,
        `${percentile(alone, 0.99).toFixed(1)} ms`,
      ]);
    }
    return rows;
  } finally {
    await memoryCgroup?.close();
  }
}

if (!CAPABILITIES.root.isThere()) throw new Error("only root can look into sandboxes: run the bench as root");
const parts = await measureIdleServer();
const speed = await measureSpeed();
console.log(
  `${describeMachine()}; an idle server. Memory is the proportional set size: what processes share counts once, divided among them.\n`,
);
console.log(renderTable(["memory of", "count", "each", "together"], toMemoryRows(parts)));
console.log(
  `\nSandboxes made ready: a second, while ${values.size} that were taken are replaced (median of ${values.rounds} rounds); and one alone, from asking the
zygote until the sandbox waits for its program.\n`,
);
console.log(renderTable(["made ready for", "refill", "one alone, p50", "p99"], speed));
