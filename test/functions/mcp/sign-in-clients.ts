import {
  Client as ModernClient,
  StreamableHTTPClientTransport as ModernTransport,
} from "@modelcontextprotocol/client";
import { Client as FirstClient } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport as FirstTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import type { TestProvider } from "./oauth-provider.ts";

/** What tests of signing in need of a client, whichever library it is of. */
export interface SigningClient {
  /** Anew each time, with what the provider keeps. @throws an error of the library's own while nobody has signed in */
  connect(): Promise<void>;
  /** Takes the address that the owner's browser was sent to in the end. */
  finish(answer: URL): Promise<void>;
  call(name: string, given: Record<string, unknown>): Promise<unknown>;
  close(): Promise<void>;
}

/** Makes a client that signs in. @param host without a slash at its end */
export type CreateSigningClient = (provider: TestProvider, host: string) => SigningClient;

/** The official libraries of both generations, for `describe.each`. */
export const SIGNING_LIBRARIES: readonly (readonly [library: string, create: CreateSigningClient])[] = [
  ["v1", createFirst],
  ["v2", createModern],
];

function createFirst(provider: TestProvider, host: string): SigningClient {
  let client = new FirstClient({ name: "first", version: "1.0.0" });
  const open = () => new FirstTransport(new URL(`${host}/mcp`), { authProvider: provider });
  let transport = open();
  return {
    async connect() {
      client = new FirstClient({ name: "first", version: "1.0.0" });
      transport = open();
      await client.connect(transport as Parameters<typeof client.connect>[0]);
    },
    finish: (answer) => transport.finishAuth(answer.searchParams.get("code") ?? ""),
    call: (name, given) => client.callTool({ name, arguments: given }),
    close: () => client.close(),
  };
}

/** A client of the current library. */
export function createModern(provider: TestProvider, host: string): SigningClient {
  let client = createClient();
  const open = () => new ModernTransport(new URL(`${host}/mcp`), { authProvider: provider });
  let transport = open();
  return {
    async connect() {
      client = createClient();
      transport = open();
      await client.connect(transport);
    },
    finish: (answer) => transport.finishAuth(answer.searchParams),
    call: (name, given) => client.callTool({ name, arguments: given }),
    close: () => client.close(),
  };

  function createClient() {
    return new ModernClient({ name: "modern", version: "1.0.0" }, { versionNegotiation: { mode: "auto" } });
  }
}
