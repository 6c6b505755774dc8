import { lengthOf, readContent } from "#shared/object-store/object-store-bucket/read-content.ts";
import { callSigned } from "./call-signed.ts";
import { RESULT_HEADERS } from "./exchange-headers.ts";

/**
 * Opens what lies at a signed address; where the connection breaks it is made again.
 * @returns null when there is nothing
 * @throws Error when the storage refuses or stays away; the signal's reason
 */
export async function openObject(
  url: string,
  signal: AbortSignal,
): Promise<AsyncIterable<Uint8Array> | null> {
  const open = (headers: Readonly<Record<string, string>>, alsoTake: readonly number[]) =>
    callSigned({ method: "GET", url, headers, alsoTake }, signal);
  const first = await open({}, [404]);
  if (first.status !== 404) {
    const reopen = (from: number) => open({ range: `bytes=${from}-` }, []);
    return readContent(first, { length: lengthOf(first), reopen });
  }
  await first.body.cancel();
  return null;
}

/** Puts a result at its signed address; fine when one is there. @throws as `openObject` */
export async function putResult(
  url: string,
  content: readonly Uint8Array[],
  signal: AbortSignal,
): Promise<void> {
  const put = await callSigned(
    { method: "PUT", url, headers: RESULT_HEADERS, body: content, alsoTake: [412] },
    signal,
  );
  await put.body.cancel();
}

/** Everything that comes, in the pieces in which it comes. */
export async function readPieces(content: AsyncIterable<Uint8Array>): Promise<Uint8Array[]> {
  const pieces: Uint8Array[] = [];
  for await (const piece of content) pieces.push(piece);
  return pieces;
}
