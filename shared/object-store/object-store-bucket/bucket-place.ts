import type { GoogleClient } from "../../google-cloud/google-client.ts";

/** Where objects lie, and how to reach them. */
export interface BucketPlace {
  readonly client: GoogleClient;
  /** Origin of the storage service, without a slash at the end. */
  readonly endpoint: string;
  readonly bucket: string;
  /** Milliseconds since 1970. */
  now(): number;
}

/** The address of an object in the XML interface. Keys need no encoding: they are letters, digits, `.`, `_`, `-` and `/`. */
export function addressOf({ endpoint, bucket }: BucketPlace, key: string): string {
  return `${endpoint}/${bucket}/${key}`;
}

/** Milliseconds that sending so many bytes may take: 15 s, and at 100 kB/s at least. */
export function timeFor(bytes: number): number {
  return 15_000 + Math.ceil(bytes / 100);
}
