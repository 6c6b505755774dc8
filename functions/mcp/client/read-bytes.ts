/**
 * Reads a body of at most `limitBytes`.
 * @returns null when it is longer; the rest is then not read
 * @throws what the stream failed with
 */
export async function readBytes(response: Response, limitBytes: number): Promise<Buffer | null> {
  if (response.body === null) return Buffer.alloc(0);
  if (Number(response.headers.get("content-length") ?? 0) > limitBytes) {
    await response.body.cancel().catch(() => undefined);
    return null;
  }
  const reader = response.body.getReader();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return Buffer.concat(chunks, size);
    size += value.byteLength;
    if (size > limitBytes) {
      await reader.cancel().catch(() => undefined);
      return null;
    }
    chunks.push(value);
  }
}
