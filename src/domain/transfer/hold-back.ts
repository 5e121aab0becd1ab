/**
 * Passes `body` on, but keeps its last `reserve` bytes (at least 1; fewer only when there are no more) back until
 * `approve` has resolved after the end of `body`. When `approve` rejects, they never leave: whoever was promised
 * the whole body knows that it is incomplete. For an empty body, the end itself is what is kept back.
 *
 * Chunks are passed on as they are, cut in two at most, and never copied or joined.
 */
export async function* holdBack(
  body: AsyncIterable<Uint8Array>,
  reserve: number,
  approve: () => void | Promise<void>,
): AsyncGenerator<Uint8Array, void, undefined> {
  const kept = Math.max(1, reserve);
  const held: Uint8Array[] = [];
  let heldBytes = 0;
  for await (const chunk of body) {
    if (chunk.length === 0) continue;
    held.push(chunk);
    heldBytes += chunk.length;
    while (heldBytes > kept) {
      const oldest = held[0] as Uint8Array;
      const surplus = Math.min(oldest.length, heldBytes - kept);
      if (surplus === oldest.length) held.shift();
      else held[0] = oldest.subarray(surplus);
      heldBytes -= surplus;
      yield oldest.subarray(0, surplus);
    }
  }
  await approve();
  yield* held;
}
