import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parse } from "yaml";

/** What compose.yaml asks for the product's container. */
interface AppService {
  readonly cap_drop: readonly string[];
  readonly security_opt: readonly string[];
  readonly read_only: boolean;
  readonly tmpfs: readonly string[];
  readonly mem_limit: string;
  readonly pids_limit: number;
  readonly stop_grace_period: string;
  readonly volumes: readonly string[];
}

/** What Docker itself adds to a folder in memory. */
const TMPFS = "rw,noexec,nosuid,nodev";
/** Words that podman has for Docker's options. */
const OWN_WORDS: Readonly<Record<string, string>> = {
  "systempaths=unconfined": "unmask=ALL",
  "no-new-privileges=true": "no-new-privileges",
};
/** The options that stand here in other words, and those that a network without ports of its own has no use for. */
const KNOWN = [
  ...["build", "restart", "depends_on", "ports", "environment", "volumes", "cap_drop", "security_opt"],
  ...["read_only", "tmpfs", "mem_limit", "pids_limit", "stop_grace_period"],
];

const CLONE_NEWUSER = 0x1000_0000;
/**
 * What Docker's own filter forbids a container without capabilities, of what sandboxes are made with; podman's own is another one.
 * Source: https://docs.docker.com/engine/security/seccomp/
 */
const DOCKER_FILTER = {
  defaultAction: "SCMP_ACT_ALLOW",
  syscalls: [
    { names: ["unshare", "mount", "umount2", "pivot_root", "setns"], action: "SCMP_ACT_ERRNO", errnoRet: 1 },
    { names: ["clone3"], action: "SCMP_ACT_ERRNO", errnoRet: 38 },
    {
      names: ["clone"],
      action: "SCMP_ACT_ERRNO",
      errnoRet: 1,
      args: [{ index: 0, value: CLONE_NEWUSER, valueTwo: CLONE_NEWUSER, op: "SCMP_CMP_MASKED_EQ" }],
    },
  ],
};

/** Writes that filter into a folder. @returns the option that lays it on a container */
export function toDockerFilter(folder: string): readonly string[] {
  const path = join(folder, "docker-filter.json");
  writeFileSync(path, JSON.stringify(DOCKER_FILTER));
  return ["--security-opt", `seccomp=${path}`];
}

/**
 * The options of podman that say what compose.yaml says of the product's container.
 * @param without options of `security_opt` that are left out
 * @throws Error when compose.yaml asks for something that this knows nothing of
 */
export function toPodmanOptions(without: readonly string[] = []): readonly string[] {
  const file = readFileSync(resolve(import.meta.dirname, "../../../compose.yaml"), "utf8");
  const app: AppService = parse(file).services.app;
  const unknown = Object.keys(app).filter((name) => !KNOWN.includes(name));
  if (unknown.length > 0) throw new Error(`say it for podman as well: ${unknown.join(", ")}`);
  const kept = app.security_opt.filter((option) => !without.includes(option));
  return [
    ...app.cap_drop.map((name) => `--cap-drop=${name}`),
    ...kept.flatMap((option) => ["--security-opt", OWN_WORDS[option] ?? option]),
    ...(app.read_only ? ["--read-only", "--read-only-tmpfs=false"] : []),
    ...app.tmpfs.flatMap((folder) => ["--tmpfs", `${folder}:${TMPFS}`]),
    ...["--memory", app.mem_limit, "--pids-limit", String(app.pids_limit)],
    ...["--stop-timeout", app.stop_grace_period.replace("s", "")],
    ...app.volumes.flatMap((volume) => ["--volume", volume]),
  ];
}
