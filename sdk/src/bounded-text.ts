// Reads a body to its end, or gives up when it is longer than it may be.

/** Null = longer than `bytesMax`; the rest is not read. */
export async function boundedText(
  response: Pick<Response, 'body'>,
  bytesMax: number,
): Promise<string | null> {
  if (response.body === null) return '';
  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    bytes += value.byteLength;
    if (bytes > bytesMax) {
      // The answer is refused whatever becomes of its rest.
      reader.cancel().catch(() => {});
      return null;
    }
    text += decoder.decode(value, { stream: true });
  }
}
