import { createSocket } from "node:dgram";
import { createServer, type Server, type Socket } from "node:net";
import { addMetadataAddress, METADATA_ADDRESS } from "./metadata-address.ts";

/** Somebody on the host who listens in every way, tells a secret to whoever comes, and counts them. */
export interface Listeners {
  readonly port: number;
  /** How many connections and datagrams came since the start. */
  visits(): number;
  /** True when somebody answers at the metadata address. */
  readonly hasMetadataAddress: boolean;
  close(): Promise<void>;
}

/** @param greeting what everybody who connects is told, inside of an HTTP answer */
export async function openListeners(
  socketPath: string,
  socketName: string,
  greeting: string,
): Promise<Listeners> {
  let visits = 0;
  const body = `{"status":"healthy","token":"${greeting}"}`;
  const answer = `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`;
  const servers: Server[] = [];
  const guests = new Set<Socket>();
  const listen = (where: { host?: string; port?: number; path?: string }) =>
    new Promise<number | null>((resolve) => {
      const server = createServer((socket) => {
        visits += 1;
        guests.add(socket);
        socket.on("error", () => undefined);
        socket.once("close", () => guests.delete(socket));
        socket.resume();
        socket.end(answer);
      });
      server.once("error", () => resolve(null));
      server.listen(where, () => {
        servers.push(server);
        const address = server.address();
        resolve(typeof address === "object" && address !== null ? address.port : 0);
      });
    });
  const port = (await listen({ host: "127.0.0.1", port: 0 })) ?? 0;
  await listen({ host: "::1", port });
  await listen({ path: socketPath });
  await listen({ path: `\0${socketName}` });
  const address = await addMetadataAddress();
  const removeAddress = typeof address === "function" ? address : () => undefined;
  if (typeof address === "function") await listen({ host: METADATA_ADDRESS, port: 80 });
  const datagrams = createSocket("udp4", () => {
    visits += 1;
  });
  await new Promise<void>((resolve) => datagrams.bind(port, "127.0.0.1", resolve));
  return {
    port,
    visits: () => visits,
    hasMetadataAddress: address !== null,
    async close() {
      removeAddress();
      datagrams.close();
      for (const guest of guests) guest.destroy();
      await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
    },
  };
}
