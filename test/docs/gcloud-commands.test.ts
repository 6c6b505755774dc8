import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { beforeAll, expect, it } from "@jest/globals";
import { describeWith } from "../support/capabilities.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const PAGES = ["README.md", "SECURITY.md", ...readdirSync(join(ROOT, "docs")).map((name) => `docs/${name}`)];
const GCLOUD_MS = 120_000;
const run = promisify(execFile);

/** A command, to where it is piped, redirected or closed: words, and texts in quotation marks. */
const COMMAND = /(?<![\w-])gcloud(?: +(?:'[^']*'|"[^"]*"|[^\s'"|)&>`;])+)+/g;
/** Only the names of a group and a command, as a sentence says them. */
const isName = (command: string) => /^gcloud( [a-z-]+)+$/.test(command);

/** Every command of a page: in its blocks, and between backquotes in its text. */
function commandsOf(text: string): readonly string[] {
  const blocks = [...text.matchAll(/```\w*\n([\s\S]*?)```/g)].map(([, block = ""]) => block);
  const printed = blocks.flatMap((block) => block.replaceAll("\\\n", " ").match(COMMAND) ?? []);
  const spans = text.replaceAll(/```[\s\S]*?```/g, "").matchAll(/`(gcloud [^`]*)`/g);
  const said = [...spans].flatMap(([, span = ""]) => span.match(COMMAND) ?? []);
  return [...printed, ...said].map((command) => command.trim());
}

/** What gcloud's own parser says of commands, without running one: empty where it takes them. */
async function refusalsOf(commands: readonly string[]): Promise<readonly string[]> {
  const folder = mkdtempSync(join(tmpdir(), "gcloud-commands-"));
  try {
    const file = join(folder, "commands.json");
    writeFileSync(file, JSON.stringify(commands.map((command) => ({ command_string: command }))));
    const env = { PATH: process.env["PATH"], HOME: folder, CLOUDSDK_CONFIG: folder };
    const words = ["meta", "lint-gcloud-commands", `--commands-file=${file}`];
    const options = { env, timeout: GCLOUD_MS, maxBuffer: 64 * 1024 * 1024 };
    const { stdout } = await run("gcloud", words, options);
    const judged: readonly { success: boolean; error_type: string; error_message: string }[] =
      JSON.parse(stdout);
    return judged.map(({ success, error_type: type, error_message: said }) =>
      success ? "" : `${type}: ${said}`,
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const WRONG = [
  ["with a wrong flag", "gcloud run jobs executions list --jobb=sandbox", "UnrecognizedArguments"],
  ["without what they need", "gcloud sql backups restore", "Must be specified"],
  ["where there is no such command", "gcloud run jobs runs list", "Invalid choice"],
] as const;

describeWith("gcloud", "the commands of gcloud that the pages print", () => {
  const printed = PAGES.map((page) => commandsOf(readFileSync(join(ROOT, page), "utf8")));
  const refusals = new Map<string, string>();
  beforeAll(async () => {
    // All at once: gcloud takes seconds to start.
    const all = [...new Set([...printed.flat(), ...WRONG.map(([, command]) => command)])];
    const judged = await refusalsOf(all);
    all.forEach((command, index) => void refusals.set(command, judged[index] ?? "not judged"));
  }, GCLOUD_MS);

  it.each(PAGES.map((page, index) => [page, printed[index] ?? []] as const))(
    "are taken: %s",
    (_page, commands) => {
      const wrong = commands.flatMap((command) => {
        const refusal = refusals.get(command) ?? "not judged";
        // A name needs no arguments, and has to be one.
        const isNamed =
          isName(command) && !/Invalid choice|Unrecognized(?!Command.*expected)|not judged/.test(refusal);
        return refusal === "" || isNamed ? [] : [`${command}: ${refusal}`];
      });
      expect(wrong).toEqual([]);
    },
  );

  it("are whole commands where docs/operations.md says what to do", () => {
    const said = printed[PAGES.indexOf("docs/operations.md")] ?? [];
    expect(said.length).toBeGreaterThan(9);
    expect(said.filter((command) => refusals.get(command) !== "")).toEqual([]);
  });

  it("are found wherever they stand", () => {
    const page =
      "Say `gcloud a b --c='d | e'`.\n```sh\nx | gcloud f g \\\n  --h | (y && gcloud i --j=\"$(k)\") > l\n```\n";
    expect(commandsOf(page)).toEqual(["gcloud f g    --h", 'gcloud i --j="$(k)"', "gcloud a b --c='d | e'"]);
  });

  it.each(WRONG)("are refused %s", (_how, command, words) => {
    expect(refusals.get(command)).toContain(words);
  });
});
