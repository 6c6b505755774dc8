import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { findPostgresBinaries } from "./postgres-binaries.ts";

/** Something that a suite needs from the machine and that `npm ci` does not bring. */
interface Capability {
  /** One line for the closing block: how to get it. */
  readonly howToGet: string;
  /** Looks at the machine; takes a few seconds, or a minute at most, and throws nothing. */
  readonly isThere: () => boolean;
}

/** The offline check of Terraform that some developers have beside their clone; CI's script runs it, too. */
export const TERRAFORM_CHECK = resolve(import.meta.dirname, "../../../shared/tools/terraform-check");

const PROBE_TIMEOUT_MS = 60_000;

function succeeds(command: string, ...parameters: string[]): boolean {
  return spawnSync(command, parameters, { stdio: "ignore", timeout: PROBE_TIMEOUT_MS }).status === 0;
}

function hasPythonModules(...modules: string[]): boolean {
  const missing = modules.map((name) => `importlib.util.find_spec("${name}") is None`).join(" or ");
  return succeeds("/usr/bin/python3", "-c", `import importlib.util, sys; sys.exit(${missing})`);
}

function canSandbox(): boolean {
  const jail = [
    "--unshare-all",
    "--die-with-parent",
    "--ro-bind",
    "/",
    "/",
    "--proc",
    "/proc",
    "--dev",
    "/dev",
  ];
  return succeeds("bwrap", ...jail, "/usr/bin/python3", "-c", "pass");
}

const MEMORY_CGROUP = pathToFileURL(resolve(import.meta.dirname, "../../sandbox/jail/memory-cgroup.ts"));

/** Makes one as the server does, in a process of its own: to remove it again takes a while. */
function canMakeMemoryCgroups(): boolean {
  const script = `
    import { openMemoryCgroup } from ${JSON.stringify(MEMORY_CGROUP)};
    const logger = { log: () => undefined, with: () => logger };
    const group = openMemoryCgroup({ uid: 60900, logger });
    await group?.close();
    process.exit(group === null ? 1 : 0);`;
  return succeeds(process.execPath, "--input-type=module", "--eval", script);
}

/** Everything that a suite may declare. Only what a suite may need from outside belongs here. */
export const CAPABILITIES = {
  chromium: {
    howToGet: "apt-get install chromium",
    isThere: () => existsSync("/usr/bin/chromium"),
  },
  codex: {
    howToGet: "npm install -g @openai/codex (400 MB)",
    isThere: () => succeeds("codex", "--version"),
  },
  compose: {
    howToGet: "install Docker Compose (apt-get install docker-compose will do)",
    isThere: () => succeeds("docker", "compose", "version") || succeeds("docker-compose", "version"),
  },
  fastapi: {
    howToGet: "apt-get install python3-fastapi python3-uvicorn",
    isThere: () => hasPythonModules("fastapi", "uvicorn"),
  },
  gcloud: {
    howToGet: "install the Google Cloud CLI",
    isThere: () => succeeds("gcloud", "--version"),
  },
  "memory-cgroups": {
    howToGet:
      "run the tests as root where the file system of control groups can be written to; a container mostly has it read-only",
    isThere: canMakeMemoryCgroups,
  },
  podman: {
    howToGet: "apt-get install --no-install-recommends podman runc debootstrap",
    isThere: () => ["podman", "runc", "debootstrap"].every((command) => succeeds(command, "--version")),
  },
  postgres: {
    howToGet: "apt-get install postgresql",
    isThere: () => findPostgresBinaries() !== null,
  },
  root: {
    howToGet: "run the tests as root",
    isThere: () => process.getuid?.() === 0,
  },
  "python-packages": {
    howToGet: "apt-get install python3-numpy python3-pandas python3-matplotlib",
    isThere: () => hasPythonModules("numpy", "pandas", "matplotlib"),
  },
  sandbox: {
    howToGet: "apt-get install bubblewrap python3, on a machine that allows user namespaces",
    isThere: canSandbox,
  },
  terraform: {
    howToGet: "install Terraform",
    isThere: () => succeeds("terraform", "version"),
  },
  "terraform-check": {
    howToGet: "have the offline check beside the clone, in ../shared/tools/terraform-check, and run it once",
    isThere: () => existsSync(`${TERRAFORM_CHECK}/node_modules`),
  },
} as const satisfies Record<string, Capability>;

/** Name of something that a suite may declare. */
export type CapabilityName = keyof typeof CAPABILITIES;

/** What the kernel or the container allows, and nothing that is installed brings: it is never required. */
export const NEVER_REQUIRED: readonly CapabilityName[] = ["memory-cgroups"];

/** The mark in a suite's title by which the reporter knows why it did not run. */
export const NOT_RUN_MARK = "[not run, needs ";

/** The mark of suites that only `npm run test:full` runs. */
export const FULL_ONLY_MARK = "[full suite only]";
