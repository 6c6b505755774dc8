const MAX_KEY_CHARACTERS = 512;
const SEGMENT = /^[A-Za-z0-9._-]{1,128}$/;
const LAST_OF_PREFIX = /^[A-Za-z0-9._-]{0,128}$/;

/**
 * Takes a key apart, for every adapter alike.
 * @returns its segments, at least one
 * @throws RangeError when it is not `/`-joined segments of `[A-Za-z0-9._-]{1,128}` without `.` and `..`, at most 512 characters
 */
export function parseObjectKey(key: string): readonly string[] {
  const segments = key.length > MAX_KEY_CHARACTERS ? [] : key.split("/");
  if (segments.length === 0 || !segments.every(isSegment)) {
    throw new RangeError("An object's key is segments of letters, digits, '.', '_' and '-', joined by '/'.");
  }
  return segments;
}

/**
 * Takes a key's beginning apart: whole segments, then the beginning of one, which may be empty.
 * @returns the whole segments
 * @throws RangeError when no key can begin with it
 */
export function parseObjectPrefix(prefix: string): readonly string[] {
  const segments = prefix.length > MAX_KEY_CHARACTERS ? [] : prefix.split("/");
  const last = segments.pop();
  if (last === undefined || !LAST_OF_PREFIX.test(last) || !segments.every(isSegment)) {
    throw new RangeError("No object's key begins like this prefix.");
  }
  return segments;
}

function isSegment(text: string): boolean {
  return SEGMENT.test(text) && text !== "." && text !== "..";
}
