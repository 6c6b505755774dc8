import { afterEach, beforeEach } from "@jest/globals";
import { createGoogleClient, type GoogleClient } from "#shared/google-cloud/google-client.ts";
import { createMetadataTokens } from "#shared/google-cloud/metadata-tokens.ts";
import { type MetadataStandIn, startMetadataStandIn } from "../support/google-cloud/metadata-stand-in.ts";
import { type StorageStandIn, startStorageStandIn } from "../support/google-cloud/storage-stand-in.ts";

/** A made-up key of the stand-in. */
export const HMAC_KEY = { accessId: "GOOGSTANDIN", secret: "made-up-secret-of-the-stand-in" };

/** A storage with the bucket `b` and a metadata server for each test, at a time that the test sets. */
export interface GoogleCloud {
  timeMs: number;
  readonly metadata: MetadataStandIn;
  readonly storage: StorageStandIn;
  /** A client with tokens of its own. */
  readonly client: GoogleClient;
}

/** Starts both before each test of the suite, and ends them afterwards. */
export function useGoogleCloud(): GoogleCloud {
  let parts: Omit<GoogleCloud, "timeMs"> | undefined;
  const part = <Name extends keyof Omit<GoogleCloud, "timeMs">>(name: Name) => {
    if (!parts) throw new Error("no test is running");
    return parts[name];
  };
  const world = {
    timeMs: 0,
    get metadata() {
      return part("metadata");
    },
    get storage() {
      return part("storage");
    },
    get client() {
      return part("client");
    },
  };
  const now = () => world.timeMs;
  beforeEach(async () => {
    world.timeMs = Date.now();
    const metadata = await startMetadataStandIn(now);
    const access = {
      hmacKeys: { [HMAC_KEY.accessId]: HMAC_KEY.secret },
      isTokenGood: metadata.isTokenGood,
      now,
    };
    const storage = await startStorageStandIn({ buckets: ["b"], access });
    const client = createGoogleClient(createMetadataTokens({ host: metadata.host, now }));
    parts = { metadata, storage, client };
  });
  afterEach(async () => {
    await Promise.all([parts?.metadata.close(), parts?.storage.close()]);
  });
  return world;
}
