import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { findNode } from "./node-modules.mjs";
import { ROOT, run, say } from "./run.mjs";

/** Parts that run inside the sandbox as single files, without the checkout. Outputs are folders. */
const PARTS = [
  {
    name: "the sandbox's programs",
    script: "scripts/build-sandbox.ts",
    inputs: ["scripts/build-sandbox.ts", "sandbox", "shared/contract", "package-lock.json"],
    output: "dist/sandbox",
  },
];

/** Builds each part whose sources changed since its last build, or whose output is gone. Throws when a build fails. */
export function buildParts() {
  for (const part of PARTS) {
    if (existsSync(`${ROOT}${part.script}`)) build(part);
  }
}

function build({ name, script, inputs, output }) {
  // The stamp lies inside the output, so that whoever deletes the output gets a new one.
  const stamp = `${ROOT}${output}/.inputs.sha256`;
  const wanted = hashFiles(inputs);
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return;
  say(`building ${name}`);
  const result = run(findNode(), ["--no-warnings", script]);
  if (!result.ok) throw new Error(`${script} failed:\n${result.output}`);
  mkdirSync(`${ROOT}${output}`, { recursive: true });
  writeFileSync(stamp, wanted);
}

function hashFiles(paths) {
  const hash = createHash("sha256");
  for (const path of paths.flatMap(listFiles)) {
    const content = readFileSync(`${ROOT}${path}`);
    hash.update(`${path}\0${content.length}\0`).update(content);
  }
  return hash.digest("hex");
}

function listFiles(path) {
  if (!existsSync(`${ROOT}${path}`)) return [];
  if (!statSync(`${ROOT}${path}`).isDirectory()) return [path];
  return readdirSync(`${ROOT}${path}`)
    .filter((name) => name !== "__pycache__")
    .sort()
    .flatMap((name) => listFiles(`${path}/${name}`));
}
