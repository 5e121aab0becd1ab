import type { AdmissionRecord } from '../../domain/admission/record.ts';
import type { DomainEvent } from '../../domain/events/domain-event.ts';
import type { EventData } from '../../domain/events/types/schema.ts';
import { keep, type RecordPorts } from '../admission/open-record.ts';

type DeliveryTold = Extract<
  DomainEvent,
  { kind: 'ProviderVersionPublished' | 'ProviderVersionCompleted' | 'ProviderVersionUpToDate' }
>;

interface AboutDelivery {
  /** Formatted provider address. */
  readonly address: string;
  readonly version: string;
  readonly destination: string;
}

/**
 * Keeps, before a version becomes visible at a destination, what its delivery will be told as: whoever finds it there
 * after a run that died in between knows then who brought it, and when. Throws the ledger's errors; nothing without a
 * ledger.
 */
export async function intend(
  ports: RecordPorts,
  { address, version, destination }: AboutDelivery,
  how: Pick<EventData<'version.intended'>, 'how' | 'signedBy' | 'bytes'>,
): Promise<void> {
  const day = ports.clock.now().toISOString().slice(0, 10);
  const data = { version, destination, ...how, day };
  await keep(ports, [{ name: 'version.intended', subject: address, data }]);
}

/**
 * What is told of a version that stands at a destination as upstream has it: that it was found so or, where a run began
 * to deliver it and told nothing more, that run's own delivery. It is the same fact then, whoever tells it.
 */
export function foundAt(about: AboutDelivery, intended: AdmissionRecord['intended']): DeliveryTold {
  const begun = intended.find(({ destination }) => destination === about.destination);
  if (begun === undefined) return { kind: 'ProviderVersionUpToDate', ...about };
  const { how, signedBy, bytes, day } = begun;
  const kind = how === 'published' ? 'ProviderVersionPublished' : 'ProviderVersionCompleted';
  return { kind, ...about, signedBy, bytes, day };
}
