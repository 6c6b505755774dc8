import type { Adapter, AdapterPayload } from "oidc-provider";
import type { Database } from "#shared/database/database.ts";
import { type ChatgptClient, chatgptCallbacks, chatgptMetadata } from "../clients/chatgpt-client.ts";
import { hashSecret } from "../clients/hashed-secret.ts";
import { findClientUse, UNUSED_CLIENT_SECONDS } from "./client-uses.ts";
import { createRecordAdapter } from "./record-adapter.ts";
import { findRecord, keepRecord } from "./record-store.ts";
import { onDatabase } from "./storage-error.ts";

/** What the clients' adapter needs. */
export interface ClientAdapterOptions {
  readonly database: Database;
  /** Null when none is configured. */
  readonly chatgpt: ChatgptClient | null;
  /** The redirect address of the request that is being answered, or null. */
  readonly askedRedirectUri: () => string | null;
}

/**
 * The library's way to clients: the ChatGPT client of the settings, and those that registered themselves, which are kept for a day unless
 * the owner lets them in. Secrets are kept as hashes.
 * @throws StorageError when the database is away
 */
export function createClientAdapter(options: ClientAdapterOptions): Adapter {
  const { database, chatgpt, askedRedirectUri } = options;
  const secretHash = chatgpt === null ? "" : hashSecret(chatgpt.clientSecret);
  return {
    ...createRecordAdapter(database, "Client"),
    find: (id) =>
      onDatabase(async () => {
        if (id === chatgpt?.clientId) {
          const pinned = (await findClientUse(database, id))?.pinnedRedirectUri ?? null;
          return chatgptMetadata(id, secretHash, chatgptCallbacks(pinned, askedRedirectUri()));
        }
        const record = await findRecord(database, "Client", id);
        return record === null ? undefined : ({ ...record.payload } satisfies AdapterPayload);
      }),
    upsert: (id, payload) =>
      onDatabase(() =>
        keepRecord(database, {
          kind: "Client",
          id,
          payload: withHashedSecret(payload),
          grantId: null,
          uid: null,
          expiresInSeconds: UNUSED_CLIENT_SECONDS,
        }),
      ),
  };
}

function withHashedSecret(payload: AdapterPayload): Record<string, unknown> {
  const { client_secret: secret, ...rest } = payload;
  return secret === undefined ? rest : { ...rest, client_secret: hashSecret(secret) };
}
