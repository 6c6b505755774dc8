import { afterAll, beforeAll } from "@jest/globals";
import { createGoogleClient } from "#shared/google-cloud/google-client.ts";
import { createMetadataTokens } from "#shared/google-cloud/metadata-tokens.ts";
import { createBucketObjectStore } from "#shared/object-store/object-store-bucket.ts";
import { type MetadataStandIn, startMetadataStandIn } from "../support/google-cloud/metadata-stand-in.ts";
import { type StorageStandIn, startStorageStandIn } from "../support/google-cloud/storage-stand-in.ts";
import { describeObjectStore } from "./object-store.contract.ts";

let metadata: MetadataStandIn;
let storage: StorageStandIn;
let bucket = 0;
beforeAll(async () => {
  metadata = await startMetadataStandIn();
  storage = await startStorageStandIn({
    buckets: Array.from({ length: 200 }, (_, n) => `b${n}`),
    access: { hmacKeys: {}, isTokenGood: metadata.isTokenGood, now: Date.now },
  });
});
afterAll(() => Promise.all([storage.close(), metadata.close()]));

describeObjectStore("the object store in a bucket", async (now) => {
  const client = createGoogleClient(createMetadataTokens({ host: metadata.host }));
  bucket += 1;
  return createBucketObjectStore({ client, bucket: `b${bucket}`, endpoint: storage.endpoint, now });
});
