import type { Server } from "node:http";

/**
 * Where this process reaches its own server: the address that it listens on, or the loopback one when it listens on all.
 * @throws Error before the server listens: nobody can have called it yet
 */
export function ownAddress(server: Server): string {
  const bound = server.address();
  if (typeof bound !== "object" || bound === null) throw new Error("The server does not listen yet.");
  const { address, family, port } = bound;
  const any = address === "::" || address === "0.0.0.0";
  const host = any ? "127.0.0.1" : address;
  return `http://${family === "IPv6" && !any ? `[${host}]` : host}:${port}`;
}
