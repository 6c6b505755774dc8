import { existsSync } from "node:fs";
import { isRoot, run, say } from "./run.mjs";

/** What programs run with. */
const FOR_PROGRAMS = ["bubblewrap", "python3", "python3-numpy", "python3-pandas", "python3-matplotlib"];

/** What programs may have besides, when the owner asks for it: about 300 MB. */
const FOR_MORE_PROGRAMS = [
  "python3-openpyxl",
  "python3-pil",
  "python3-scipy",
  "python3-sklearn",
  "python3-sympy",
];

/** What the suites together need besides. */
const FOR_ALL_SUITES = ["chromium", "postgresql", "python3-fastapi", "python3-uvicorn"];

const APT_OPTIONS = [
  "-o",
  "DPkg::Lock::Timeout=300",
  "-o",
  "Acquire::Retries=2",
  "-o",
  "Acquire::http::Timeout=30",
];

/**
 * The Debian packages that a set-up wants.
 * @param {{ all: boolean, extras: boolean }} choice `extras`: also the larger libraries for Python programs
 * @returns {string[]}
 */
export function listDebianPackages({ all, extras }) {
  return [...FOR_PROGRAMS, ...(extras ? FOR_MORE_PROGRAMS : []), ...(all ? FOR_ALL_SUITES : [])];
}

/**
 * Installs the Debian packages that are missing when root asks, else prints the line that does. Never throws: without them the
 * server still starts and says which part it cannot offer.
 */
export function installDebianPackages(choice) {
  const wanted = listDebianPackages(choice);
  if (!existsSync("/usr/bin/dpkg-query") || !existsSync("/usr/bin/apt-get")) return sayWithoutApt();
  const missing = findMissing(wanted);
  if (missing.length === 0) return;
  const install = ["install", "-y", "--no-install-recommends", ...missing];
  if (!isRoot()) {
    say(
      `programs need Debian packages that are missing; install them with: sudo apt-get ${install.join(" ")}`,
    );
    return;
  }
  say(`installing Debian packages (a minute or two): ${missing.join(" ")}`);
  apt(["update", "-q"]);
  if (apt(install)) return;
  say(
    `WARNING: not installed. Programs that need these packages cannot run until this works: apt-get ${install.join(" ")}`,
  );
}

function findMissing(wanted) {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the placeholders are dpkg-query's.
  const { output } = run("/usr/bin/dpkg-query", ["-W", "-f=${Package} ${db:Status-Status}\n", ...wanted]);
  const lines = output.split("\n");
  return wanted.filter((name) => !lines.includes(`${name} installed`));
}

function apt(parameters) {
  const { ok, output } = run("/usr/bin/apt-get", [...APT_OPTIONS, ...parameters], {
    environment: { DEBIAN_FRONTEND: "noninteractive" },
  });
  if (!ok) process.stderr.write(`${output.trimEnd().split("\n").slice(-15).join("\n")}\n`);
  return ok;
}

function sayWithoutApt() {
  const missing = ["/usr/bin/bwrap", "/usr/bin/python3"].filter((path) => !existsSync(path));
  if (missing.length === 0) return;
  say(
    `programs run only on Linux with bubblewrap and python3; ${missing.join(" and ")} missing. Install numpy, pandas and matplotlib too.`,
  );
}
