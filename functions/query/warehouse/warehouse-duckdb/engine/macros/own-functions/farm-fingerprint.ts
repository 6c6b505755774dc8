const MASK = (1n << 64n) - 1n;
const K0 = 0xc3a5c85c97cb3127n;
const K1 = 0xb492b66fbe98f273n;
const K2 = 0x9ae16a3b2f90404fn;
const BLOCK = 64;
const SEED = 81n;

const wrap = (value: bigint) => value & MASK;
const rotate = (value: bigint, by: bigint) => wrap((value >> by) | (value << (64n - by)));
const mix = (value: bigint) => value ^ (value >> 47n);

/**
 * Fingerprint64 of FarmHash, which FARM_FINGERPRINT promises never to change (https://github.com/google/farmhash).
 * Checked against that project's published values.
 */
export function farmFingerprint(bytes: Buffer): bigint {
  return BigInt.asIntN(64, hash(bytes));
}

function hash(bytes: Buffer): bigint {
  if (bytes.length <= 16) return hashUpTo16(bytes);
  if (bytes.length <= 32) return hashUpTo32(bytes);
  if (bytes.length <= BLOCK) return hashUpTo64(bytes);
  return hashLong(bytes);
}

function hash16(u: bigint, v: bigint, factor: bigint): bigint {
  const a = mix(wrap((u ^ v) * factor));
  return wrap(mix(wrap((v ^ a) * factor)) * factor);
}

function hashUpTo16(bytes: Buffer): bigint {
  const { length } = bytes;
  const factor = wrap(K2 + BigInt(length) * 2n);
  if (length >= 8) {
    const a = wrap(bytes.readBigUInt64LE(0) + K2);
    const b = bytes.readBigUInt64LE(length - 8);
    return hash16(wrap(rotate(b, 37n) * factor + a), wrap((rotate(a, 25n) + b) * factor), factor);
  }
  if (length >= 4) {
    const start = BigInt(bytes.readUInt32LE(0));
    return hash16(BigInt(length) + (start << 3n), BigInt(bytes.readUInt32LE(length - 4)), factor);
  }
  if (length === 0) return K2;
  const first = bytes.readUInt8(0) + bytes.readUInt8(length >> 1) * 256;
  const last = length + bytes.readUInt8(length - 1) * 4;
  return wrap(mix(wrap(BigInt(first) * K2) ^ wrap(BigInt(last) * K0)) * K2);
}

/** What texts of 17 to 64 bytes have in common: sums of their first and last 16 bytes. */
function ends(bytes: Buffer, first: bigint, factor: bigint): { a: bigint; y: bigint; z: bigint } {
  const { length } = bytes;
  const a = wrap(bytes.readBigUInt64LE(0) * first);
  const b = bytes.readBigUInt64LE(8);
  const c = wrap(bytes.readBigUInt64LE(length - 8) * factor);
  const d = wrap(bytes.readBigUInt64LE(length - 16) * K2);
  const y = wrap(rotate(wrap(a + b), 43n) + rotate(c, 30n) + d);
  return { a, y, z: hash16(y, wrap(a + rotate(wrap(b + K2), 18n) + c), factor) };
}

function hashUpTo32(bytes: Buffer): bigint {
  return ends(bytes, K1, wrap(K2 + BigInt(bytes.length) * 2n)).z;
}

function hashUpTo64(bytes: Buffer): bigint {
  const { length } = bytes;
  const factor = wrap(K2 + BigInt(length) * 2n);
  const { a, y, z } = ends(bytes, K2, factor);
  const e = wrap(bytes.readBigUInt64LE(16) * factor);
  const f = bytes.readBigUInt64LE(24);
  const g = wrap((y + bytes.readBigUInt64LE(length - 32)) * factor);
  const h = wrap((z + bytes.readBigUInt64LE(length - 24)) * factor);
  return hash16(
    wrap(rotate(wrap(e + f), 43n) + rotate(g, 30n) + h),
    wrap(e + rotate(wrap(f + a), 18n) + g),
    factor,
  );
}

type Pair = readonly [bigint, bigint];

interface State {
  x: bigint;
  y: bigint;
  z: bigint;
  v: Pair;
  w: Pair;
}

function weak32(bytes: Buffer, at: number, seedA: bigint, seedB: bigint): Pair {
  const z = bytes.readBigUInt64LE(at + 24);
  const start = wrap(seedA + bytes.readBigUInt64LE(at));
  const b = rotate(wrap(seedB + start + z), 21n);
  const sum = wrap(start + bytes.readBigUInt64LE(at + 8) + bytes.readBigUInt64LE(at + 16));
  return [wrap(sum + z), wrap(b + rotate(sum, 44n) + start)];
}

/** One block of 64 bytes; the last block weighs two terms nine times. */
function absorb(state: State, bytes: Buffer, at: number, factor: bigint, weight: bigint): void {
  const fetch = (offset: number) => bytes.readBigUInt64LE(at + offset);
  const { v, w } = state;
  let x = wrap(rotate(wrap(state.x + state.y + v[0] + fetch(8)), 37n) * factor);
  let y = wrap(rotate(wrap(state.y + v[1] + fetch(48)), 42n) * factor);
  x ^= wrap(w[1] * weight);
  y = wrap(y + v[0] * weight + fetch(40));
  const z = wrap(rotate(wrap(state.z + w[0]), 33n) * factor);
  state.v = weak32(bytes, at, wrap(v[1] * factor), wrap(x + w[0]));
  state.w = weak32(bytes, at + 32, wrap(z + w[1]), wrap(y + fetch(16)));
  state.x = z;
  state.y = y;
  state.z = x;
}

function hashLong(bytes: Buffer): bigint {
  const y = wrap(SEED * K1 + 113n);
  const z = wrap(mix(wrap(y * K2 + 113n)) * K2);
  const state: State = { x: wrap(SEED * K2 + bytes.readBigUInt64LE(0)), y, z, v: [0n, 0n], w: [0n, 0n] };
  const end = Math.floor((bytes.length - 1) / BLOCK) * BLOCK;
  for (let at = 0; at < end; at += BLOCK) absorb(state, bytes, at, K1, 1n);
  const factor = wrap(K1 + ((state.z & 0xffn) << 1n));
  const rest = wrap(state.w[0] + BigInt((bytes.length - 1) & (BLOCK - 1)));
  state.v = [wrap(state.v[0] + rest), state.v[1]];
  state.w = [wrap(rest + state.v[0]), state.w[1]];
  absorb(state, bytes, bytes.length - BLOCK, factor, 9n);
  const { v, w } = state;
  return hash16(
    wrap(hash16(v[0], w[0], factor) + mix(state.y) * K0 + state.z),
    wrap(hash16(v[1], w[1], factor) + state.x),
    factor,
  );
}
