import { envelopeOf } from '../events/envelope.ts';
import { canonicalize } from './canonical.ts';
import { type CloudEvent, contentsOf, type HashText, streamOf } from './entry.ts';

/** What is kept of an event that came again under its source and id with other contents. */
export function conflictEvent(hash: HashText, event: CloudEvent, now: Date): CloudEvent {
  return envelopeOf(
    hash,
    {
      name: 'ledger.conflict',
      subject: streamOf(event),
      data: {
        ofSource: event.source.slice(0, 500),
        ofId: event.id.slice(0, 500),
        ofType: event.type.slice(0, 500),
        contents: contentsOf(hash, event),
      },
    },
    now,
  );
}

/** One key for a source and an id, in hex: with a separator, so that no two pairs share one. */
export function identityKey(hash: HashText, { source, id }: CloudEvent): string {
  return hash(canonicalize([source, id]));
}
