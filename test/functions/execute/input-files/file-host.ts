import type { LookupAddress } from "node:dns";
import { once } from "node:events";
import type { IncomingMessage, RequestListener } from "node:http";
import { createServer } from "node:https";
import type { Lookup } from "#functions/execute/input-files/create-file-fetcher.ts";
import type { ConnectOptions } from "#functions/execute/input-files/exchange.ts";
import { createCertificate } from "../../../support/create-certificate.ts";

/** An address of the public internet that the tests' names have; connections to it end at the local server. */
export const PUBLIC_ADDRESS = "93.184.215.14";

/** A server of files with a certificate for files.example.com and *.cdn.example.com, made for this run. */
export interface FileHost {
  /** Joins a fetcher to this server, and notes the checked addresses that it connects to. */
  readonly connect: ConnectOptions;
  readonly connectedTo: string[];
  /** What was asked, in the order of asking. */
  readonly requests: IncomingMessage[];
  close(): Promise<void>;
}

/** Starts a server of files on a free local port. */
export async function startFileHost(answer: RequestListener): Promise<FileHost> {
  const { key, cert } = createCertificate(["files.example.com", "*.cdn.example.com"]);
  const requests: IncomingMessage[] = [];
  const connectedTo: string[] = [];
  const server = createServer({ key, cert }, (request, response) => {
    requests.push(request);
    answer(request, response);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The server has no port.");
  const toAddress = (checked: string) => {
    connectedTo.push(checked);
    return "127.0.0.1";
  };
  const close = async () => {
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  };
  return { connect: { port: address.port, ca: cert, toAddress }, connectedTo, requests, close };
}

/** A resolver that knows some names, with the answers in turn, the last for ever; it notes what it is asked. */
export function lookupOf(
  names: Readonly<Record<string, readonly (readonly string[])[]>>,
): Lookup & { asked: string[] } {
  const asked: string[] = [];
  const lookup = async (hostname: string): Promise<readonly LookupAddress[]> => {
    const answers = names[hostname];
    if (answers === undefined) throw new Error(`getaddrinfo ENOTFOUND ${hostname}`);
    const turn = asked.filter((earlier) => earlier === hostname).length;
    asked.push(hostname);
    const addresses = answers[Math.min(turn, answers.length - 1)] ?? [];
    return addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 }));
  };
  return Object.assign(lookup, { asked });
}
