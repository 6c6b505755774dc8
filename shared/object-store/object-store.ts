/** What is known about an object without reading it. */
export interface ObjectInfo {
  /** Segments of `[A-Za-z0-9._-]{1,128}`, none of them `.` or `..`, joined by `/`; at most 512 characters. */
  readonly key: string;
  readonly sizeBytes: number;
  /** From this moment on nobody sees the object. */
  readonly expiresAt: Date;
}

/** How an object is put. */
export interface PutOptions {
  readonly expiresAt: Date;
  /** Creates only: a live object under the key stays as it is. */
  readonly ifAbsent?: boolean;
  /** Most bytes that the content may have; unbounded (but for the store's own size) by default. */
  readonly maxBytes?: number;
}

/** A piece of an object's bytes: both ends are part of it, as in HTTP's ranges (RFC 9110, 14.1.2). */
export interface ByteRange {
  readonly start: number;
  /** May lie past the object's end. */
  readonly end: number;
}

/**
 * Port: keeps bytes under keys until they expire, as a bucket does. It holds between all instances that share the store.
 * Each method throws AppError `storage_unavailable` when the store is full, gone or refuses, and RangeError for a key, prefix,
 * range or limit that is out of form: callers make keys, they never take them from outside.
 */
export interface ObjectStore {
  /**
   * Creates or replaces an object, or creates only. Others see the whole object or nothing of it. What `content` throws is
   * thrown on, and leaves nothing. A `content` that waits for ever is waited for: its owner sets its deadline.
   * @returns false when `ifAbsent` is asked for and a live object is there
   * @throws ObjectTooLargeError when the content is longer than `maxBytes`
   */
  put(key: string, content: Uint8Array | AsyncIterable<Uint8Array>, options: PutOptions): Promise<boolean>;
  /**
   * Opens an object for reading once. What is open stays readable when the object is replaced, deleted or expires meanwhile.
   * `range` chooses the bytes of `content` (none when it begins past the end); `sizeBytes` is that of the whole object.
   * @returns null when there is none, or it has expired
   */
  get(
    key: string,
    range?: ByteRange,
  ): Promise<(ObjectInfo & { readonly content: AsyncIterable<Uint8Array> }) | null>;
  /** @returns null when there is none, or it has expired */
  info(key: string): Promise<ObjectInfo | null>;
  /** Live objects whose key begins with `prefix`, in the order of their keys' characters, at most `limit`, after key `after`. */
  list(
    prefix: string,
    options: { readonly limit: number; readonly after?: string },
  ): Promise<readonly ObjectInfo[]>;
  /** Removes an object; fine when there is none. */
  delete(key: string): Promise<void>;
  /** Removes every object whose key begins with `prefix`; one that is put meanwhile may stay. */
  deleteAll(prefix: string): Promise<void>;
  /** Ends the store's own work; nothing may be asked of it afterwards. */
  close(): Promise<void>;
}

/** The content of a `put` is longer than its `maxBytes`. Not an AppError: only the caller knows what to tell the reader. */
export class ObjectTooLargeError extends Error {
  override readonly name = "ObjectTooLargeError";
  readonly maxBytes: number;

  constructor(maxBytes: number) {
    super(`The content is longer than ${maxBytes} bytes.`);
    this.maxBytes = maxBytes;
  }
}
