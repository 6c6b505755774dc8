import { existsSync, readFileSync } from "node:fs";
import type { JailOptions, JailSpec } from "./jail.ts";
import { BUBBLEWRAP_PATH } from "./jail.ts";
import { readBounded, startJail } from "./start-jail.ts";

/** Whether this machine can start jails; `reason` is a sentence for the public that says what to install or allow. */
export type JailProbe = { readonly available: true } | { readonly available: false; readonly reason: string };

const PROBE_SPEC: JailSpec = {
  command: ["/usr/bin/true"],
  readOnly: [],
  environment: { PATH: "/usr/bin" },
  tmpfsBytes: 1024 * 1024,
  limits: { processes: 16, openFiles: 64, fileSizeBytes: 1024 * 1024 },
};

const PROBE_DEADLINE_MS = 10_000;

/** Tools that jails are started with beside bubblewrap, and the Debian package that brings each. */
const TOOLS = [
  ["/usr/bin/unshare", "util-linux"],
  ["/usr/bin/setpriv", "util-linux"],
  ["/usr/bin/prlimit", "util-linux"],
  ["/bin/bash", "bash"],
] as const;

/** Starts an empty jail and reports whether that worked, and if not, what to do about it. */
export async function probeJail(options: JailOptions & { signal?: AbortSignal } = {}): Promise<JailProbe> {
  if (process.platform !== "linux") {
    return refuse(
      "The sandbox needs Linux: run the server on a Linux machine or in a Linux virtual machine.",
    );
  }
  if (!existsSync(options.bubblewrapPath ?? BUBBLEWRAP_PATH)) {
    return refuse("The sandbox needs bubblewrap: install it with `apt-get install bubblewrap`.");
  }
  const missing = TOOLS.find(([path]) => !existsSync(path));
  if (missing !== undefined) {
    return refuse(`The sandbox needs ${missing[0]}: install it with \`apt-get install ${missing[1]}\`.`);
  }
  const jail = startJail(PROBE_SPEC, options);
  const deadline = AbortSignal.timeout(PROBE_DEADLINE_MS);
  const signal = options.signal === undefined ? deadline : AbortSignal.any([deadline, options.signal]);
  signal.addEventListener("abort", jail.kill, { once: true });
  if (signal.aborted) jail.kill();
  jail.stdout.resume();
  const [complaint, { code }] = await Promise.all([readBounded(jail.stderr, 4096), jail.exited]);
  signal.removeEventListener("abort", jail.kill);
  options.signal?.throwIfAborted();
  return code === 0 ? { available: true } : refuse(explain(complaint));
}

function refuse(reason: string): JailProbe {
  return { available: false, reason };
}

/** The launcher's complaint names paths and commands of the host, so the public gets a sentence for each known cause. */
function explain(complaint: string): string {
  if (readSetting("kernel/apparmor_restrict_unprivileged_userns") === "1") {
    return (
      "AppArmor keeps bubblewrap from making user namespaces: give /usr/bin/bwrap an AppArmor profile with `userns,`, " +
      "or allow them with `sysctl -w kernel.apparmor_restrict_unprivileged_userns=0`."
    );
  }
  if (readSetting("kernel/unprivileged_userns_clone") === "0") {
    return "User namespaces are switched off: allow them with `sysctl -w kernel.unprivileged_userns_clone=1`.";
  }
  if (readSetting("user/max_user_namespaces") === "0") {
    return "User namespaces are switched off: allow them with `sysctl -w user.max_user_namespaces=10000`.";
  }
  if (/unshare|mount|permission|permitted/i.test(complaint)) {
    return (
      "This machine does not let bubblewrap make namespaces: in a container, start it with " +
      "`--security-opt seccomp=unconfined --security-opt apparmor=unconfined --security-opt systempaths=unconfined`, as root also `--cap-add SYS_ADMIN`."
    );
  }
  return "bubblewrap cannot start a sandbox on this machine: run `bwrap --unshare-all --ro-bind / / true` to see why.";
}

function readSetting(name: string): string | null {
  try {
    return readFileSync(`/proc/sys/${name}`, "latin1").trim();
  } catch {
    return null;
  }
}
