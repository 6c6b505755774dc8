import { randomInt } from "node:crypto";
import { createServer } from "node:net";

/** Below the ports that Linux gives to whoever does not choose one (`ip_local_port_range`), and above those that have a name. */
const FIRST = 10_000;
const LAST = 32_000;
const ATTEMPTS = 100;

/**
 * A TCP port of 127.0.0.1 that nobody listens on right now; for programs that cannot choose one themselves. It is none that the system
 * gives to another server, or to a connection, before the program listens.
 */
export async function findFreePort(): Promise<number> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const port = randomInt(FIRST, LAST);
    if (await isFree(port)) return port;
  }
  throw new Error("Every port is taken.");
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}
