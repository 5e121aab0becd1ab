import {
  type AdmissionRecord,
  EMPTY_RECORD,
  RECORD_EVENTS,
  readRecord,
} from '../../domain/admission/record.ts';
import { envelopeOf, type Fact } from '../../domain/events/envelope.ts';
import { eventType } from '../../domain/events/types/schema.ts';
import { formatAddress, type ProviderAddress } from '../../domain/provider/address.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Ledger } from '../../ports/ledger.ts';
import { hashText } from '../ledger/hash-text.ts';

export interface RecordPorts {
  readonly ledger?: Ledger | undefined;
  readonly clock: Clock;
}

const TYPES = RECORD_EVENTS.map(eventType);

/** What the ledger knows of a provider; nothing without a ledger. */
export async function openRecord(
  { ledger }: RecordPorts,
  address: ProviderAddress,
): Promise<AdmissionRecord> {
  if (ledger === undefined) return EMPTY_RECORD;
  return readRecord(await ledger.read(formatAddress(address), { types: TYPES }));
}

/** Keeps facts at once, rather than when the run ends: what admission goes by must last. Nothing without a ledger. */
export async function keep({ ledger, clock }: RecordPorts, facts: readonly Fact[]): Promise<void> {
  if (facts.length === 0) return;
  const now = clock.now();
  await ledger?.append(facts.map((fact) => envelopeOf(hashText, fact, now)));
}
