import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, matchesGlob, resolve } from "node:path";

const ROOT = resolve(import.meta.dirname, "../../..");

/** What a Dockerfile has before it runs its own commands, in a folder. */
export interface BuildContext {
  readonly folder: string;
  remove(): void;
}

/**
 * Copies of the checkout what a stage copies: what .dockerignore leaves out is not there. The packages are those that
 * `npm ci --omit=dev` installs, as links.
 * @param stage the stage's own lines
 */
export function copyContext(stage: string): BuildContext {
  const folder = mkdtempSync(join(tmpdir(), "build-context-"));
  const sources = [...stage.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, words = ""]) =>
    words.split(" "),
  );
  for (const file of filesOfContext()) {
    // Git also lists what was removed and not yet committed.
    if (!existsSync(join(ROOT, file))) continue;
    const isCopied = sources.some(
      (source) => source === "." || file === source || file.startsWith(`${source}/`),
    );
    if (!isCopied) continue;
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    cpSync(join(ROOT, file), join(folder, file));
  }
  linkPackages(folder);
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** Files of the checkout that Docker is sent. */
function filesOfContext(): readonly string[] {
  const patterns = readFileSync(join(ROOT, ".dockerignore"), "utf8").split("\n");
  const ignored = patterns.filter((line) => line !== "" && !line.startsWith("#"));
  const tracked = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
    cwd: ROOT,
    encoding: "utf8",
  });
  const isIgnored = (file: string) =>
    ignored.some((pattern) => matchesGlob(file, pattern) || matchesGlob(file, `${pattern}/**`));
  return tracked.split("\0").filter((file) => file !== "" && !isIgnored(file));
}

function linkPackages(folder: string): void {
  const { packages } = JSON.parse(readFileSync(join(ROOT, "package-lock.json"), "utf8"));
  for (const [path, { dev }] of Object.entries<{ readonly dev?: boolean }>(packages)) {
    // Those inside others come with them.
    if (dev === true || !/^node_modules\/(@[^/]+\/)?[^/]+$/.test(path)) continue;
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    symlinkSync(join(ROOT, path), join(folder, path));
  }
}
