import { errors, type Interaction as LibraryInteraction, type Provider } from "oidc-provider";
import type { Scope } from "#shared/contract/scopes.ts";
import type { Database } from "#shared/database/database.ts";
import { AppError } from "#shared/errors/app-error.ts";
import { toPinned } from "./clients/chatgpt-client.ts";
import { isOnThisDevice } from "./clients/redirect-uri.ts";
import type { AskingClient, Interaction, Interactions } from "./interaction.ts";
import { OWNER_ACCOUNT } from "./provider/configuration.ts";
import { createNodeExchange, type NodeExchange } from "./provider/node-exchange.ts";
import { scopesOf } from "./requests/scopes.ts";
import { approveClient, findClientUse } from "./store/client-uses.ts";
import { StorageError } from "./store/storage-error.ts";

/** What the owner's decisions are carried out with. */
export interface InteractionsOptions {
  readonly database: Database;
  readonly providerOf: (request: Request) => Provider;
  /** Of the ChatGPT client, or null. */
  readonly chatgptClientId: string | null;
}

/** A request that waits, with what only this side needs to know of it. */
interface Waiting {
  readonly interaction: Interaction;
  /** As it was asked for, or the default. */
  readonly resource: string;
  readonly redirectUri: string;
  readonly exchange: NodeExchange;
  readonly provider: Provider;
}

/**
 * Builds the authorization server's side of the owner's pages. A decision counts in the browser that the request began in: the library
 * finds the request by a cookie of that browser, whose path is that of this one interaction.
 */
export function createInteractions(options: InteractionsOptions): Interactions {
  return {
    find: (request) => inHouseErrors(async () => (await findWaiting(options, request))?.interaction ?? null),
    approve: (request, granted) => inHouseErrors(() => approve(options, request, granted)),
    deny: (request) => inHouseErrors(async () => finish(await expectWaiting(options, request), DENIED)),
  };
}

async function approve(
  options: InteractionsOptions,
  request: Request,
  granted: readonly Scope[],
): Promise<Response> {
  const waiting = await expectWaiting(options, request);
  const { interaction, redirectUri } = waiting;
  const scopes = interaction.scopes.filter((scope) => granted.includes(scope));
  if (scopes.length === 0) throw new RangeError("At least one of the scopes that were asked for is granted.");
  const { id: clientId, name, host, kind } = interaction.client;
  const isApproved = await approveClient(options.database, {
    clientId,
    name,
    host,
    kind,
    redirectUri: toPinned(redirectUri),
    scopes,
  });
  return isApproved ? finish(waiting, await toConsent(waiting, scopes)) : finish(waiting, PINNED_ELSEWHERE);
}

/** The pages speak of errors as every function does. @throws AppError in place of the library's own errors */
async function inHouseErrors<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    if (thrown instanceof StorageError) throw thrown.cause;
    if (!(thrown instanceof errors.OIDCProviderError)) throw thrown;
    throw new AppError("not_found", "This app cannot be connected now. Go back to it and try again.", {
      cause: thrown,
    });
  }
}

const DENIED = { error: "access_denied", error_description: "the owner said no" };

const PINNED_ELSEWHERE = {
  error: "access_denied",
  error_description: "this client is connected with another address; its owner has to disconnect that first",
};

async function toConsent({ interaction, resource, provider }: Waiting, scopes: readonly Scope[]) {
  const grant = new provider.Grant({ accountId: OWNER_ACCOUNT, clientId: interaction.client.id });
  grant.addResourceScope(resource, scopes.join(" "));
  return {
    login: { accountId: OWNER_ACCOUNT, remember: false },
    consent: { grantId: await grant.save() },
  };
}

async function finish(
  { exchange, provider }: Waiting,
  result: Parameters<Provider["interactionResult"]>[2],
): Promise<Response> {
  const returnTo = await provider.interactionResult(exchange.request, exchange.response, result, {
    mergeWithLastSubmission: false,
  });
  // 303: what was posted to the page, a passphrase perhaps, is not posted on (RFC 9700 §4.12).
  return new Response(null, {
    status: 303,
    headers: { location: returnTo, "cache-control": "no-store", "referrer-policy": "no-referrer" },
  });
}

async function expectWaiting(options: InteractionsOptions, request: Request): Promise<Waiting> {
  const waiting = await findWaiting(options, request);
  if (waiting === null) {
    throw new AppError("not_found", "This sign-in has ended. Go back to the app and connect it again.");
  }
  return waiting;
}

async function findWaiting(options: InteractionsOptions, request: Request): Promise<Waiting | null> {
  const provider = options.providerOf(request);
  const { pathname } = new URL(request.url);
  const path = pathname.slice(pathname.lastIndexOf("/interaction/"));
  const exchange = createNodeExchange(request, new URL(provider.issuer), path, Buffer.alloc(0));
  const found = await findOrNull(() => provider.interactionDetails(exchange.request, exchange.response));
  // The cookie's path says the same; a browser that sends it elsewhere is refused here.
  if (found === null || path !== `/interaction/${found.uid}`) return null;
  const redirectUri = String(found.params["redirect_uri"]);
  const client = await toClient(provider, options.chatgptClientId, found, redirectUri);
  if (client === null) return null;
  const scopes = scopesOf(String(found.params["scope"]));
  const use = await findClientUse(options.database, client.id);
  const needsConsent =
    use?.pinnedRedirectUri !== toPinned(redirectUri) ||
    // Any program on that machine could have asked in the client's name (RFC 8252 §8.6).
    isOnThisDevice(redirectUri) ||
    !scopes.every((scope) => use.approvedScopes.includes(scope));
  const resource = String([found.params["resource"]].flat()[0]);
  const interaction = { uid: found.uid, client, scopes, needsConsent };
  return { interaction, resource, redirectUri, exchange, provider };
}

async function findOrNull(find: () => Promise<LibraryInteraction>): Promise<LibraryInteraction | null> {
  try {
    return await find();
  } catch (thrown) {
    if (thrown instanceof errors.SessionNotFound) return null;
    throw thrown;
  }
}

async function toClient(
  provider: Provider,
  chatgptClientId: string | null,
  { params }: LibraryInteraction,
  redirectUri: string,
): Promise<AskingClient | null> {
  const id = String(params["client_id"]);
  const client = await provider.Client.find(id);
  if (client === undefined) return null;
  const redirectHost = new URL(redirectUri).host;
  const isDocument = client.clientIdMetadataDocument === true;
  const kind = id === chatgptClientId ? "chatgpt" : isDocument ? "cimd" : "dcr";
  const host = isDocument ? new URL(id).host : redirectHost;
  return { id, name: client.clientName || host, host, redirectHost, kind };
}
