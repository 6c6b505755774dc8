import {
  Client as ModernClient,
  StreamableHTTPClientTransport as ModernTransport,
} from "@modelcontextprotocol/client";
import { Client as FirstClient } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport as FirstTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";

/** What a tool answered, as both libraries give it. */
export interface ToolResult {
  readonly content: readonly Readonly<Record<string, unknown>>[];
  readonly structuredContent?: Readonly<Record<string, unknown>>;
  readonly isError?: boolean;
  readonly _meta?: Readonly<Record<string, unknown>>;
}

/** What a call may ask for beside its arguments. */
export interface CallOptions {
  readonly signal?: AbortSignal;
  readonly onprogress?: (progress: {
    readonly progress: number;
    readonly message?: string | undefined;
  }) => void;
}

/** A client of one of the official libraries, connected. */
export interface ConnectedClient {
  /** The revision that was agreed on. */
  readonly revision: string | undefined;
  /** The client itself, for what is not here. */
  listTools(): Promise<
    readonly { readonly name: string; readonly annotations?: unknown; readonly outputSchema?: unknown }[]
  >;
  call(name: string, given?: Record<string, unknown>, options?: CallOptions): Promise<ToolResult>;
  listResources(cursor?: string): Promise<{
    readonly resources: readonly { readonly uri: string }[];
    readonly nextCursor?: string | undefined;
  }>;
  listTemplates(): Promise<readonly { readonly uriTemplate: string }[]>;
  read(uri: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
  close(): Promise<void>;
}

/** The official libraries: v1 speaks the revisions of 2025, v2 the current one, and those as well when told to. */
export const LIBRARIES = ["v1", "v2", "v2 of 2025"] as const;

const INFO = { name: "test-client", version: "1.0.0" };
const TIMEOUT = { timeout: 90_000 };

/** Connects with a key. @param url of the endpoint, like http://127.0.0.1:8080/mcp */
export async function connect(
  library: (typeof LIBRARIES)[number],
  url: string,
  key: string,
): Promise<ConnectedClient> {
  const requestInit = { headers: { authorization: `Bearer ${key}` } };
  return library === "v1" ? connectFirst(url, requestInit) : connectModern(library, url, requestInit);
}

async function connectFirst(url: string, requestInit: RequestInit): Promise<ConnectedClient> {
  const client = new FirstClient(INFO);
  const transport = new FirstTransport(new URL(url), { requestInit });
  await client.connect(transport as Parameters<typeof client.connect>[0]);
  return {
    revision: transport.protocolVersion,
    listTools: async () => (await client.listTools()).tools,
    call: async (name, given = {}, options = {}) =>
      (await client.callTool({ name, arguments: given }, undefined, {
        ...TIMEOUT,
        ...options,
      })) as ToolResult,
    listResources: (cursor) => client.listResources(cursor === undefined ? {} : { cursor }),
    listTemplates: async () => (await client.listResourceTemplates()).resourceTemplates,
    read: async (uri) => (await client.readResource({ uri })).contents,
    close: () => client.close(),
  };
}

async function connectModern(
  library: "v2" | "v2 of 2025",
  url: string,
  requestInit: RequestInit,
): Promise<ConnectedClient> {
  const client = new ModernClient(INFO, {
    versionNegotiation: { mode: library === "v2" ? "auto" : "legacy" },
  });
  await client.connect(new ModernTransport(new URL(url), { requestInit }));
  return {
    revision: client.getNegotiatedProtocolVersion(),
    listTools: async () => (await client.listTools()).tools,
    call: async (name, given = {}, options = {}) =>
      (await client.callTool({ name, arguments: given }, { ...TIMEOUT, ...options })) as ToolResult,
    listResources: (cursor) => client.listResources(cursor === undefined ? {} : { cursor }),
    listTemplates: async () => (await client.listResourceTemplates()).resourceTemplates,
    read: async (uri) => (await client.readResource({ uri })).contents,
    close: () => client.close(),
  };
}
