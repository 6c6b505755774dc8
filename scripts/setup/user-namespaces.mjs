import { existsSync, readFileSync } from "node:fs";
import { isRoot, run, say } from "./run.mjs";

const SWITCH = "/proc/sys/kernel/apparmor_restrict_unprivileged_userns";
const SOURCE = "scripts/setup/bwrap.apparmor";
const TARGET = "/etc/apparmor.d/codex-bwrap";

/** Where AppArmor forbids user namespaces to ordinary users, allows them to bubblewrap alone, or prints the line that does. */
export function allowUserNamespaces() {
  if (!isRestricted() || existsSync(TARGET) || canUnshare()) return;
  const install = ["install", "-m", "644", SOURCE, TARGET];
  const load = ["apparmor_parser", "-r", TARGET];
  const line = isRoot()
    ? `${install.join(" ")} && ${load.join(" ")}`
    : `sudo ${install.join(" ")} && sudo ${load.join(" ")}`;
  if (!isRoot()) {
    say(`AppArmor forbids the namespaces that isolate programs; allow them to bubblewrap with: ${line}`);
    return;
  }
  say("allowing bubblewrap to make user namespaces (an AppArmor profile)");
  for (const [command, ...parameters] of [install, load]) {
    const { ok, output } = run(command, parameters);
    if (!ok)
      return say(
        `WARNING: programs of ordinary users cannot be isolated until this works: ${line}\n${output}`,
      );
  }
}

function isRestricted() {
  return existsSync(SWITCH) && readFileSync(SWITCH, "utf8").trim() === "1";
}

/** The restriction does not bind root, so root's own success proves nothing for the users to come. */
function canUnshare() {
  return !isRoot() && run("bwrap", ["--unshare-user", "--ro-bind", "/", "/", "true"]).ok;
}
