import { execFile, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { makeBaseTree } from "./base-image.fixture.ts";

const ROOT = resolve(import.meta.dirname, "../../..");
const BASE = "localhost/node:base";
const BUILD_MS = 1_200_000;
const COMMAND_MS = 120_000;
const MAX_OUTPUT_BYTES = 256 * 1024 * 1024;

/** Images and containers of one test file, in a folder of its own. */
export interface Podman {
  /** The folder of all that, for other files as well. */
  readonly folder: string;
  /** Makes an image of a Dockerfile of the checkout, as it is. @throws Error with the build's last words */
  build(dockerfile: string, tag: string): Promise<void>;
  /** Runs a command of podman. @returns what it wrote @throws Error with its complaint, or after two minutes */
  ask(...words: readonly string[]): Promise<string>;
  /** The command that runs a container until it ends, with podman's own environment and the network of this machine. */
  toRunCommand(options: readonly string[], image: string, ...words: string[]): [string, ...string[]];
  /** Ends all containers and removes everything. */
  remove(): void;
}

/**
 * Makes the base image that stands in for Node's, and gives what builds upon it and runs it: podman with runc, which Docker has as well,
 * without a daemon. Needs root. Takes some minutes.
 */
export async function startPodman(): Promise<Podman> {
  // Gigabytes, which a /tmp in memory may not hold.
  const folder = mkdtempSync("/var/tmp/images-test-");
  const path = (name: string) => join(folder, name);
  const global = [
    ...["--root", path("store"), "--runroot", path("run"), "--tmpdir", path("tmp")],
    ...["--storage-driver", "overlay", "--cgroup-manager", "cgroupfs", "--events-backend", "none"],
    ...["--runtime", "/usr/sbin/runc"],
  ];
  const ask = async (...words: readonly string[]) => {
    const options = { timeout: COMMAND_MS, maxBuffer: MAX_OUTPUT_BYTES };
    return (await promisify(execFile)("podman", [...global, ...words], options)).stdout;
  };
  const remove = () => {
    try {
      execFileSync("podman", [...global, "rm", "--all", "--force", "--time", "0"], { stdio: "ignore" });
      execFileSync("umount", ["--recursive", path("store/overlay")], { stdio: "ignore" });
    } catch {
      // Nothing was there, or nothing is mounted.
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  };
  const podman: Podman = {
    folder,
    async build(dockerfile, tag) {
      const file = ["--file", join(ROOT, dockerfile), "--tag", tag, "--build-arg", `NODE_IMAGE=${BASE}`];
      // Docker's own format knows of HEALTHCHECK.
      const form = ["--format", "docker", "--network", "host", "--layers=false"];
      const words = [...global, "build", ...form, ...file, ...toNpmVolumes(folder), ROOT];
      await promisify(execFile)("podman", words, { timeout: BUILD_MS, maxBuffer: MAX_OUTPUT_BYTES });
    },
    ask,
    toRunCommand: (options, image, ...words) => [
      "/usr/bin/podman",
      ...global,
      ...["run", "--rm", "--network", "host", "--env-host", "--http-proxy=false", ...toLimits()],
      ...options,
      image,
      ...words,
    ],
    remove,
  };
  try {
    mkdirSync(path("base"));
    await makeBaseTree(path("base"));
    await importTree(path("base"), [...global, "import", "--quiet", "--change", 'CMD ["node"]', "-", BASE]);
    rmSync(path("base"), { recursive: true });
  } catch (error) {
    remove();
    throw error;
  }
  return podman;
}

/** No more than this process has: where root lacks a capability, nobody may raise them. */
function toLimits(): readonly string[] {
  const [, files = "1024"] =
    /^Max open files +\S+ +(\d+)/m.exec(readFileSync("/proc/self/limits", "utf8")) ?? [];
  return ["--ulimit", `nofile=${files}:${files}`, "--ulimit", "nproc=16384:16384"];
}

/** Where this machine's npm asks, and whom it trusts, for the time of a build. */
function toNpmVolumes(folder: string): readonly string[] {
  const get = (name: string) =>
    execFileSync("npm", ["config", "get", name], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    }).trim();
  const own = get("cafile");
  const authorities = process.env["NODE_EXTRA_CA_CERTS"] ?? (own === "null" ? "" : own);
  const isGiven = authorities !== "";
  const lines = [`registry=${get("registry")}`, ...(isGiven ? ["cafile=/run/authorities.crt"] : [])];
  writeFileSync(join(folder, "npmrc"), `${lines.join("\n")}\n`);
  return [
    ...["--volume", `${join(folder, "npmrc")}:/usr/local/etc/npmrc:ro`],
    ...(isGiven ? ["--volume", `${authorities}:/run/authorities.crt:ro`] : []),
  ];
}

async function importTree(tree: string, words: readonly string[]): Promise<void> {
  const pack = spawn("tar", ["--directory", tree, "--create", "."], { stdio: ["ignore", "pipe", "ignore"] });
  const take = spawn("podman", words, { stdio: [pack.stdout, "ignore", "inherit"] });
  const [code] = await once(take, "close");
  if (code !== 0) throw new Error(`podman could not take the base image (${code})`);
}
