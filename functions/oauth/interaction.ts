import type { Scope } from "#shared/contract/scopes.ts";

/** The client that asks, as far as it can be known. */
export interface AskingClient {
  readonly id: string;
  /** What it calls itself: never proof of who it is. */
  readonly name: string;
  /** The host that its identity rests on: of its metadata document, or of its callback where there is none. */
  readonly host: string;
  /** Host of the address that the code goes to. */
  readonly redirectHost: string;
  /** How it became known: configured by the owner, by a metadata document at its own https address, or by registering itself. */
  readonly kind: "chatgpt" | "cimd" | "dcr";
}

/** A request for authorization that waits for the owner. */
export interface Interaction {
  readonly uid: string;
  readonly client: AskingClient;
  /** What it asks for. */
  readonly scopes: readonly Scope[];
  /** False when the owner has approved all of it before: a sign-in is enough then. */
  readonly needsConsent: boolean;
}

/** Port: the authorization server's side of the pages on which the owner decides. */
export interface Interactions {
  /** The request that waits in this browser under the path's uid; null when it has ended, expired, or belongs to another browser. */
  find(request: Request): Promise<Interaction | null>;
  /**
   * Ends the interaction as approved by the signed-in owner, with the scopes that were granted: a part of what was asked for, not empty.
   * @returns the redirect that carries on
   */
  approve(request: Request, granted: readonly Scope[]): Promise<Response>;
  /** Ends it as refused (`access_denied`). @returns the redirect that carries on */
  deny(request: Request): Promise<Response>;
}
