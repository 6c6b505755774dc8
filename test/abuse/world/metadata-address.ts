import { spawnSync } from "node:child_process";
import { connect } from "node:net";

/** Where clouds tell a machine's credentials to whoever asks from that machine. */
export const METADATA_ADDRESS = "169.254.169.254";

const PROBE_TIMEOUT_MS = 1000;

/** True when somebody already answers there: a cloud's own service, which must not be covered. */
function isTaken(): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: METADATA_ADDRESS, port: 80, timeout: PROBE_TIMEOUT_MS });
    const finish = (taken: boolean) => {
      socket.destroy();
      resolve(taken);
    };
    socket.once("connect", () => finish(true));
    socket.once("error", () => finish(false));
    socket.once("timeout", () => finish(false));
  });
}

/**
 * Gives this machine the address of the metadata service, unless it has a metadata service of its own, which attacks then look for.
 * @returns what takes it away again; null when the address cannot be had here, which needs root and `ip`
 */
export async function addMetadataAddress(): Promise<(() => void) | "taken" | null> {
  if (await isTaken()) return "taken";
  if (process.getuid?.() !== 0) return null;
  const change = (what: string) =>
    spawnSync("ip", ["address", what, `${METADATA_ADDRESS}/32`, "dev", "lo"], { stdio: "ignore" }).status ===
    0;
  if (!change("add")) return null;
  return () => {
    change("del");
  };
}
