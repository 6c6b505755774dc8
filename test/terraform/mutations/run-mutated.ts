import { spawn } from "node:child_process";
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { REFUSAL, readTestFile } from "./read-expectations.ts";
import { applyEdit, type Mutation } from "./read-mutations.ts";

const TIMEOUT_MS = 100_000;

/** How a run of `terraform test` ended. */
export interface Outcome {
  readonly status: string;
  /** What failed, as assertions say it, and `REFUSAL` for a plan that should have been refused. */
  readonly red: readonly string[];
  /** Every other error: the configuration itself is broken. */
  readonly errors: readonly string[];
}

/**
 * Runs one run of a test file on a copy of a folder in which the edits are made; with no edits, on the folder as it is.
 * @param provider the script of the offline check that serves the provider's schemas
 */
export async function runMutated(
  provider: string,
  folder: string,
  { file, run, edits }: Pick<Mutation, "file" | "run" | "edits">,
): Promise<Outcome> {
  const copy = mkdtempSync(join(tmpdir(), "terraform-mutation-"));
  try {
    copyFolder(folder, copy, file, run);
    for (const edit of edits) {
      const path = join(copy, edit.file);
      writeFileSync(path, applyEdit(readFileSync(path, "utf8"), edit));
    }
    return toOutcome(await test(provider, copy), run);
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

function copyFolder(folder: string, copy: string, file: string, run: string): void {
  for (const name of readdirSync(folder)) {
    if (name.endsWith(".tf")) copyFileSync(join(folder, name), join(copy, name));
  }
  const { head, runs } = readTestFile(folder, file);
  const block = runs.get(run);
  if (block === undefined) throw new Error(`${file} has no run ${run}.`);
  mkdirSync(join(copy, "tests"));
  writeFileSync(join(copy, "tests", file), head + block);
}

function test(provider: string, copy: string): Promise<string> {
  const env = { PATH: process.env["PATH"] ?? "", HOME: copy, TF_DATA_DIR: join(copy, ".terraform") };
  return new Promise((done, fail) => {
    const child = spawn(process.execPath, [provider, copy, "test -json"], { env, timeout: TIMEOUT_MS });
    let text = "";
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
    });
    child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
    });
    child.once("error", fail);
    child.once("close", () => done(text));
  });
}

interface Line {
  readonly type?: string;
  readonly test_run?: { readonly run: string; readonly progress: string; readonly status?: string };
  readonly diagnostic?: { readonly severity: string; readonly summary: string; readonly detail: string };
}

/** @throws Error with Terraform's words when the run did not end */
function toOutcome(text: string, run: string): Outcome {
  const lines = text
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line): Line => JSON.parse(line));
  const ended = lines.find(({ test_run: it }) => it?.run === run && it.progress === "complete");
  const diagnostics = lines.flatMap(({ diagnostic }) =>
    diagnostic?.severity === "error" ? [diagnostic] : [],
  );
  if (ended === undefined) throw new Error(text.slice(-4000));
  const red = diagnostics.flatMap(({ summary, detail }) => {
    if (summary === "Test assertion failed") return [detail];
    return summary === "Missing expected failure" ? [REFUSAL] : [];
  });
  const errors = diagnostics
    .filter(({ summary }) => summary !== "Test assertion failed" && summary !== "Missing expected failure")
    .map(({ summary, detail }) => `${summary}: ${detail}`);
  return { status: ended.test_run?.status ?? "", red, errors };
}
