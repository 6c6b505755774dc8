import { connect, type Socket } from "node:net";

/** A connection on which a test writes what no HTTP client would. */
export interface RawConnection {
  /** Writes as it is; resolves when the system took it, and also when the peer has gone. */
  write(data: string | Uint8Array): Promise<void>;
  /** Everything received, as Latin-1, when the peer closes or when `timeoutMs` is over, whichever comes first. */
  readToEnd(timeoutMs?: number): Promise<string>;
  /** Everything received so far once it matches. @throws Error when it does not within `timeoutMs`. */
  readUntil(pattern: RegExp, timeoutMs?: number): Promise<string>;
  /** True when the peer closed the connection. */
  readonly isClosed: boolean;
  /** Cuts the connection without a goodbye. */
  destroy(): void;
}

const READ_TIMEOUT_MS = 45_000;

/** Opens a TCP connection to the host and port of an http URL. */
export async function openRawConnection(url: string): Promise<RawConnection> {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port) });
  let received = "";
  socket.on("data", (chunk: Buffer) => {
    received += chunk.toString("latin1");
  });
  await new Promise<void>((resolve, reject) => {
    socket.once("connect", () => resolve());
    socket.once("error", reject);
  });
  // A server that refuses early resets the connection: what it answered before is what counts.
  socket.on("error", () => undefined);
  const readUntil = (isDone: () => boolean, timeoutMs: number) => waitFor(socket, isDone, timeoutMs);
  return {
    write: (data) => new Promise((resolve) => socket.write(data, () => resolve())),
    readToEnd: async (timeoutMs = READ_TIMEOUT_MS) => {
      await readUntil(() => false, timeoutMs);
      return received;
    },
    readUntil: async (pattern, timeoutMs = READ_TIMEOUT_MS) => {
      await readUntil(() => pattern.test(received), timeoutMs);
      if (!pattern.test(received)) throw new Error(`${pattern} did not come, only: ${received}`);
      return received;
    },
    get isClosed() {
      return socket.readableEnded || socket.closed;
    },
    destroy: () => socket.destroy(),
  };
}

/** Waits for more data until `isDone`, the end of the connection or the deadline. */
function waitFor(socket: Socket, isDone: () => boolean, timeoutMs: number): Promise<void> {
  return new Promise((resolve) => {
    const finish = () => {
      clearTimeout(timer);
      for (const event of ["data", "end", "close"]) socket.off(event, check);
      resolve();
    };
    const check = () => {
      if (isDone() || socket.readableEnded || socket.closed) finish();
    };
    const timer = setTimeout(finish, timeoutMs);
    for (const event of ["data", "end", "close"]) socket.on(event, check);
    check();
  });
}

/** Sends text on a fresh connection and returns the whole answer once the peer closes: add `Connection: close`. */
export async function sendRaw(url: string, data: string | Uint8Array, timeoutMs?: number): Promise<string> {
  const connection = await openRawConnection(url);
  try {
    await connection.write(data);
    return await connection.readToEnd(timeoutMs);
  } finally {
    connection.destroy();
  }
}
