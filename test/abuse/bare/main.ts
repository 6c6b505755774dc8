import { parseArgs } from "node:util";
import { THREATS } from "../catalogue.ts";
import { createWorld } from "../world/create-world.ts";
import { escapesFromBare } from "./run-on-bare.ts";
import { createSafetyNet } from "./safety-net.ts";

// Runs the catalogue against a bare subprocess: an attack that does not even get out of there proves nothing about a sandbox.
//   --only <text>   the attacks whose name holds the text
//   --show          what each program was told
const { values } = parseArgs({
  options: { only: { type: "string", default: "" }, show: { type: "boolean", default: false } },
});

const LEAST_SHARE = 0.8;

const write = (line: string) => process.stdout.write(`${line}\n`);
const planted = await createWorld({ hostProcess: false });
const net = createSafetyNet();
let stopped = false;
// What was planted has to go, however this ends: the attack under way is the last one.
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.on(signal, () => {
    stopped = true;
  });
}
let tried = 0;
let escapes = 0;
try {
  for (const missing of planted.missing) write(`not planted on this machine: ${missing}`);
  for (const { name, attacks } of THREATS) {
    write(`\n${name}`);
    for (const attack of attacks.filter((each) => each.name.includes(values.only))) {
      if (stopped) break;
      const { escaped, outcomes } = await escapesFromBare(
        net,
        attack,
        planted.begin({}),
        planted.environment,
      );
      tried += 1;
      if (escaped) escapes += 1;
      write(`  ${escaped ? "escapes" : "held   "}  ${attack.language}: ${attack.name}`);
      if (values.show) write(JSON.stringify(outcomes).slice(0, 3000));
    }
  }
} finally {
  await planted.close();
  await net.remove();
}
if (stopped) process.exit(1);
const share = escapes / tried;
write(`\n${escapes} of ${tried} attacks get out of a bare subprocess (${Math.round(share * 100)} %)`);
if (share < LEAST_SHARE) {
  write(`At least ${LEAST_SHARE * 100} % must: the others say nothing about what a sandbox holds.`);
  process.exitCode = 1;
}
