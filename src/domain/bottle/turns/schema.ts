import * as z from 'zod';

/** Who works at the mirror at this moment. */
export interface TurnHolder {
  readonly id: string;
  readonly kind: 'sync' | 'cleanup';
  readonly since: Date;
}

const turns = z.object({
  holders: z.array(
    z.object({
      id: z.string(),
      kind: z.enum(['sync', 'cleanup']),
      since: z.iso.datetime().transform((text) => new Date(text)),
    }),
  ),
});

/** Nobody, when it cannot be read: a broken note must not keep everybody out for ever. */
export function readTurns(bytes: Uint8Array): readonly TurnHolder[] {
  try {
    return turns.parse(JSON.parse(new TextDecoder().decode(bytes))).holders;
  } catch {
    return [];
  }
}

export function writeTurns(holders: readonly TurnHolder[]): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify({ holders })}\n`);
}
