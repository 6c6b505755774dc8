import type { IncomingMessage, ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { serveLoopback } from "./serve-loopback.ts";

const ACCOUNT = "/computeMetadata/v1/instance/service-accounts/default";

/** What goes wrong with one call. */
export type MetadataFault =
  | { readonly status: number }
  | { readonly body: string }
  /** The connection breaks without an answer. */
  | { readonly hangUp: true }
  /** The right answer without the header by which the metadata server is known. */
  | { readonly isImpostor: true };

interface Reply {
  readonly status: number;
  readonly body: string;
}

/** A stand-in of the metadata server of an instance on Google Cloud. */
export interface MetadataStandIn {
  /** For GCE_METADATA_HOST. */
  readonly host: string;
  /** Paths with their queries, as they came. */
  readonly calls: readonly string[];
  /** Milliseconds before each answer. */
  delayMs: number;
  /** Seconds that the next tokens are good for. */
  lifetimeSeconds: number;
  /** Makes the next calls fail, one after another. */
  fail(...faults: readonly MetadataFault[]): void;
  /** True for an access token that was handed out here and has not ended. */
  isTokenGood(token: string): boolean;
  /** True for an identity token that was handed out here for this audience and has not ended. */
  isIdentityGood(token: string, audience: string): boolean;
  /** Ends an access token before its time. */
  revoke(token: string): void;
  close(): Promise<void>;
}

/**
 * Starts it. It imitates the token and the identity path, and refuses calls without `Metadata-Flavor: Google` as the real one does;
 * unlike that, it makes a new token each time, and its identity tokens carry no signature that anybody could check.
 * @param now milliseconds since 1970
 */
export async function startMetadataStandIn(now: () => number = Date.now): Promise<MetadataStandIn> {
  const calls: string[] = [];
  const faults: MetadataFault[] = [];
  const endsAtMs = new Map<string, number>();
  const audiences = new Map<string, string>();
  const isGood = (token: string) => (endsAtMs.get(token) ?? 0) > now();

  const makeAccessToken = (): string => {
    const token = `ya29.stand-in-${endsAtMs.size}`;
    endsAtMs.set(token, now() + standIn.lifetimeSeconds * 1000);
    return JSON.stringify({
      access_token: token,
      expires_in: standIn.lifetimeSeconds,
      token_type: "Bearer",
    });
  };
  const makeIdentityToken = (audience: string): string => {
    const exp = Math.floor(now() / 1000) + standIn.lifetimeSeconds;
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
    const token = `${part({ alg: "RS256" })}.${part({ aud: audience, exp })}.stand-in-${endsAtMs.size}`;
    endsAtMs.set(token, exp * 1000);
    audiences.set(token, audience);
    return token;
  };
  const makeReply = (url: URL, flavor: string | undefined): Reply => {
    if (flavor !== "Google") return { status: 403, body: "Missing Metadata-Flavor:Google header." };
    if (url.pathname === `${ACCOUNT}/token`) return { status: 200, body: makeAccessToken() };
    if (url.pathname === `${ACCOUNT}/identity`)
      return { status: 200, body: makeIdentityToken(url.searchParams.get("audience") ?? "") };
    return { status: 404, body: "not found" };
  };
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? "/", "http://metadata");
    calls.push(`${url.pathname}${url.search}`);
    const fault = faults.shift();
    await sleep(standIn.delayMs);
    if (fault && "hangUp" in fault) {
      request.socket.destroy();
      return;
    }
    const flavor = request.headers["metadata-flavor"];
    const right =
      fault && !("isImpostor" in fault) ? { status: 200, body: "no" } : makeReply(url, flavor?.toString());
    const reply = { ...right, ...fault };
    if (!("isImpostor" in reply)) response.setHeader("metadata-flavor", "Google");
    response.writeHead(reply.status).end(reply.body);
  };
  const { host, close } = await serveLoopback(answer);
  const standIn: MetadataStandIn = {
    host,
    calls,
    delayMs: 0,
    lifetimeSeconds: 3599,
    fail: (...more) => void faults.push(...more),
    isTokenGood: (token) => isGood(token) && !audiences.has(token),
    isIdentityGood: (token, audience) => isGood(token) && audiences.get(token) === audience,
    revoke: (token) => void endsAtMs.delete(token),
    close,
  };
  return standIn;
}
