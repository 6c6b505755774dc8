import { createGoogleClient } from "#shared/google-cloud/google-client.ts";
import { createMetadataTokens } from "#shared/google-cloud/metadata-tokens.ts";
import type { ObjectStore } from "#shared/object-store/object-store.ts";
import { createBucketObjectStore } from "#shared/object-store/object-store-bucket.ts";
import { type GoogleCloud, useGoogleCloud } from "../google-cloud/google-cloud.fixture.ts";
import type { Trouble } from "../support/google-cloud/storage-stand-in.ts";
import { readText } from "./store-bench.fixture.ts";

const HOUR_MS = 3_600_000;

/** More than one piece of an upload. */
export const LONG = Buffer.alloc(9 * 1024 * 1024, "0123456789abcdef");

/** The stand-ins with stores on the bucket `b`, for each test. */
export interface BucketWorld extends GoogleCloud {
  /** Another instance's store. */
  open(): ObjectStore;
  inAnHour(): { readonly expiresAt: Date };
  /** Makes calls of a kind fail, one after another: `PUT`, `HEAD`, `upload PUT`, `json GET`… Others go well. */
  fail(kind: string, ...troubles: readonly Trouble[]): void;
  /** Does something once, before the next call of a kind is answered. */
  before(kind: string, work: () => void): void;
  count(kind: string): number;
  /** What lies under a key, as text. */
  lying(key: string): string | undefined;
}

/** Starts the stand-ins before each test, and ends them afterwards. */
export function useBucket(): BucketWorld {
  const cloud = useGoogleCloud();
  const kindOf = ({ api, method }: { api: string; method: string }) =>
    api === "xml" ? method : `${api} ${method}`;
  return Object.assign(cloud, {
    open: () =>
      createBucketObjectStore({
        client: createGoogleClient(
          createMetadataTokens({ host: cloud.metadata.host, now: () => cloud.timeMs }),
        ),
        bucket: "b",
        endpoint: cloud.storage.endpoint,
        now: () => cloud.timeMs,
      }),
    inAnHour: () => ({ expiresAt: new Date(cloud.timeMs + HOUR_MS) }),
    fail(kind: string, ...troubles: readonly Trouble[]) {
      const left = [...troubles];
      cloud.storage.faultOf = (call) => (kindOf(call) === kind ? (left.shift() ?? null) : null);
    },
    before(kind: string, work: () => void) {
      const earlier = cloud.storage.faultOf;
      let isDone = false;
      cloud.storage.faultOf = (call) => {
        if (!isDone && kindOf(call) === kind) {
          isDone = true;
          work();
        }
        return earlier(call);
      };
    },
    count: (kind: string) => cloud.storage.calls.filter((call) => kindOf(call) === kind).length,
    lying: (key: string) => cloud.storage.bucket("b").objects.get(key)?.content.toString(),
  });
}

/** Puts an object into the stand-in as somebody else would. */
export function plant(world: BucketWorld, key: string, content: string): void {
  const object = {
    content: Buffer.from(content),
    metadata: { "expires-at": String(world.timeMs + HOUR_MS), "put-id": "somebody-else" },
    customTime: "",
    contentType: "text/plain",
    createdAtMs: world.timeMs,
  };
  world.storage.bucket("b").put(key, object, null);
}

/** Whether an object is the long content. */
export async function isLong(store: ObjectStore, key: string): Promise<boolean> {
  return (await readText(store, key)) === LONG.toString();
}
