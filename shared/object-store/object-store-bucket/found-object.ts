import { GoogleCloudError } from "../../google-cloud/google-cloud-error.ts";
import type { ObjectInfo } from "../object-store.ts";
import { addressOf, type BucketPlace } from "./bucket-place.ts";

/** An object as the bucket knows it, whether it is still to be seen or not. */
export interface FoundObject {
  readonly key: string;
  readonly sizeBytes: number;
  readonly expiresAtMs: number;
  /** Google's number of this very content under this key. */
  readonly generation: string;
  /** Which put made it; null when it came through a signed URL. */
  readonly putId: string | null;
}

/** Custom metadata of what is put here. */
export const EXPIRES_AT = "expires-at";

/** Custom metadata: tells a put whose answer was lost from somebody else's. */
export const PUT_ID = "put-id";

/** What came through a signed URL says nothing about its end. */
const UNSAID_LIFETIME_MS = 24 * 3_600_000;

/** @returns null when nothing lies under the key; what has expired is returned */
export async function findObject(place: BucketPlace, key: string): Promise<FoundObject | null> {
  const { status, headers } = await place.client.ask({
    method: "HEAD",
    url: addressOf(place, key),
    name: "head object",
    alsoTake: [404],
    isRepeatable: true,
  });
  return status === 404 ? null : parseHeaders(key, headers);
}

/** True when the object is to be seen. */
export function isLive(found: FoundObject, { now }: BucketPlace): boolean {
  return found.expiresAtMs > now();
}

/** What the port tells of an object. */
export function toInfo({ key, sizeBytes, expiresAtMs }: FoundObject): ObjectInfo {
  return { key, sizeBytes, expiresAt: new Date(expiresAtMs) };
}

/** Reads an answer's headers (https://cloud.google.com/storage/docs/xml-api/reference-headers). @throws GoogleCloudError */
export function parseHeaders(key: string, headers: Headers): FoundObject {
  return parseFacts(key, {
    size: headers.get("x-goog-stored-content-length"),
    generation: headers.get("x-goog-generation"),
    expiresAt: headers.get(`x-goog-meta-${EXPIRES_AT}`),
    createdAt: headers.get("last-modified"),
    putId: headers.get(`x-goog-meta-${PUT_ID}`),
  });
}

/** Reads one item of a list (https://cloud.google.com/storage/docs/json_api/v1/objects). @throws GoogleCloudError */
export function parseItem(item: Readonly<Record<string, unknown>>): FoundObject {
  const metadata = Object(item["metadata"] ?? {});
  return parseFacts(String(item["name"]), {
    size: item["size"],
    generation: item["generation"],
    expiresAt: metadata[EXPIRES_AT],
    createdAt: item["timeCreated"],
    putId: metadata[PUT_ID],
  });
}

function parseFacts(
  key: string,
  { size, generation, expiresAt, createdAt, putId }: Readonly<Record<string, unknown>>,
): FoundObject {
  const isNumber = (value: unknown): value is string => typeof value === "string" && /^\d{1,19}$/.test(value);
  const expiresAtMs = isNumber(expiresAt)
    ? Number(expiresAt)
    : Date.parse(String(createdAt)) + UNSAID_LIFETIME_MS;
  if (!isNumber(size) || !isNumber(generation) || Number.isNaN(expiresAtMs))
    throw new GoogleCloudError("describe object: the answer lacks what every object has.", {
      status: 200,
      reason: null,
      isUncertain: false,
    });
  return {
    key,
    sizeBytes: Number(size),
    expiresAtMs,
    generation,
    putId: typeof putId === "string" ? putId : null,
  };
}
