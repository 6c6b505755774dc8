import type { ObjectStore } from "#shared/object-store/object-store.ts";

/**
 * Reads an object that holds JSON which this server wrote.
 * @returns null when there is none
 */
export async function readObject<T>(store: ObjectStore, key: string): Promise<T | null> {
  const object = await store.get(key);
  if (object === null) return null;
  const pieces: Uint8Array[] = [];
  for await (const piece of object.content) pieces.push(piece);
  return JSON.parse(Buffer.concat(pieces).toString("utf8"));
}

/** Puts a value into the bytes that `readObject` reads. */
export function toObject(value: unknown): Uint8Array {
  return Buffer.from(JSON.stringify(value));
}
