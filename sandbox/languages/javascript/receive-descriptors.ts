import type { CLibrary, NativeMemory } from "./c-library.ts";

/** One message of the zygote's socket: its bytes, and the descriptors that came with it. */
export interface Message {
  readonly bytes: Uint8Array;
  readonly descriptors: readonly number[];
}

/** The configuration is the longest: the filter as base64. */
const LARGEST_MESSAGE_BYTES = 64 * 1024;
const MOST_DESCRIPTORS = 16;
const CMSG_HEADER_BYTES = 16;
const CONTROL_BYTES = CMSG_HEADER_BYTES + 4 * MOST_DESCRIPTORS;
/** `struct msghdr`: name, its length, vector, its length, control, its length, flags; each takes 8 bytes. */
const MSGHDR_BYTES = 56;
const MSG_CMSG_CLOEXEC = 0x40000000;

/**
 * Makes a function that waits for the next message of a socket that keeps messages apart; null when nobody can send one any more.
 * recvmsg(2), cmsg(3), for processors of 64 bits that store the lowest byte first.
 */
export function createReceive(library: CLibrary, socket: number): () => Message | null {
  const bytes = library.allocate(LARGEST_MESSAGE_BYTES);
  const control = library.allocate(CONTROL_BYTES);
  const vector = library.allocate(16);
  const header = library.allocate(MSGHDR_BYTES);
  vector.view.setBigUint64(0, bytes.address, true);
  vector.view.setBigUint64(8, BigInt(LARGEST_MESSAGE_BYTES), true);
  return () => {
    header.view.setBigUint64(16, vector.address, true);
    header.view.setBigUint64(24, 1n, true);
    header.view.setBigUint64(32, control.address, true);
    header.view.setBigUint64(40, BigInt(CONTROL_BYTES), true);
    const length = library.recvmsg(socket, header.pointer, MSG_CMSG_CLOEXEC);
    if (length === 0) return null;
    const received = new Uint8Array(bytes.view.buffer, 0, length);
    const controlBytes = Number(header.view.getBigUint64(40, true));
    return { bytes: received, descriptors: readDescriptors(control, controlBytes) };
  };
}

function readDescriptors({ view }: NativeMemory, controlBytes: number): number[] {
  if (controlBytes < CMSG_HEADER_BYTES) return [];
  const count = (Number(view.getBigUint64(0, true)) - CMSG_HEADER_BYTES) / 4;
  return Array.from({ length: count }, (_, index) => view.getInt32(CMSG_HEADER_BYTES + 4 * index, true));
}
