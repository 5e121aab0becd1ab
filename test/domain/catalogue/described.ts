import { hashText } from '../../../src/application/ledger/hash-text.ts';
import { type AdmissionPolicy, parseDuration } from '../../../src/domain/admission/policy.ts';
import { readRecord } from '../../../src/domain/admission/record.ts';
import { describeProvider } from '../../../src/domain/catalogue/describe-provider.ts';
import type { ProviderFacts } from '../../../src/domain/catalogue/facts.ts';
import type { HeldVersion } from '../../../src/domain/catalogue/held.ts';
import { envelopeOf } from '../../../src/domain/events/envelope.ts';
import type { EventData, EventName } from '../../../src/domain/events/types/schema.ts';
import type { LedgerEntry } from '../../../src/domain/ledger/entry.ts';
import { LATEST } from '../../../src/domain/provider/requested-version.ts';

const NOW = new Date('2026-08-10T12:00:00.000Z');
export const ADDRESS = 'registry.terraform.io/acme/anvil';
const ORIGINAL = { hostname: 'registry.terraform.io', namespace: 'acme', type: 'anvil' };
const DIGEST = 'a'.repeat(64);
export const day = (ofAugust: number) => `2026-08-${String(ofAugust).padStart(2, '0')}T12:00:00.000Z`;

interface Told<N extends EventName = EventName> {
  readonly on: number;
  readonly name: N;
  readonly data: EventData<N>;
}

export function told<N extends EventName>(on: number, name: N, data: EventData<N>): Told {
  return { on, name, data };
}

function entriesOf(happened: readonly Told[]): readonly LedgerEntry[] {
  return happened.map(({ on, name, data }, index) => {
    const event = envelopeOf(hashText, { name, subject: ADDRESS, data }, new Date(day(on)));
    return {
      stream: ADDRESS,
      seq: index + 1,
      previous: '',
      hash: '',
      event: { ...event, received: day(on) },
    };
  });
}

export const sighted = (version: string, on: number, publishedAt?: string) =>
  told(on, 'version.sighted', {
    version,
    shasums: DIGEST,
    ...(publishedAt === undefined ? {} : { publishedAt }),
  });
export const admitted = (version: string, on: number) =>
  told(on, 'version.admitted', { version, shasums: DIGEST, rule: 'old-enough' });
export const approved = (version: string, on: number) =>
  told(on, 'version.approved', { version, shasums: DIGEST, by: 'jane', reason: 'read it', number: 1 });
export const delivered = (version: string, on: number, destination = 'registry') =>
  told(on, 'version.delivered', {
    version,
    destination,
    how: 'published',
    signedBy: '34365D9472D7468F',
    bytes: 3,
    day: day(on).slice(0, 10),
  });
export const recalled = (versions: string, on: number) =>
  told(on, 'versions.recalled', { versions, by: 'sam', reason: 'leaks', delete: false, number: 1 });

const SOUND: Omit<HeldVersion, 'version'> = {
  complete: true,
  packages: [{ platform: 'linux_amd64', sha256: 'b'.repeat(64), h1: 'h1:x', size: 10 }],
};
export const here = (version: string, more: Partial<HeldVersion> = {}): HeldVersion => ({
  version,
  ...SOUND,
  ...more,
});

export function policyOf(more: Partial<AdmissionPolicy>): AdmissionPolicy {
  return {
    minimumAge: undefined,
    minimumAgeExempt: [],
    requireApproval: undefined,
    recalled: [],
    allowedHostnames: undefined,
    allowedNamespaces: undefined,
    ...more,
  };
}

export function week(): AdmissionPolicy {
  const read = parseDuration('7d');
  if (!('duration' in read)) throw new Error('7d is a duration');
  return policyOf({ minimumAge: read.duration });
}

export interface Known extends Partial<Omit<ProviderFacts, 'ledger'>> {
  readonly happened?: readonly Told[];
}

export function described({ happened, ...known }: Known) {
  const entries = happened && entriesOf(happened);
  const facts: ProviderFacts = {
    address: ADDRESS,
    original: ORIGINAL,
    requested: [LATEST],
    policy: undefined,
    upstream: undefined,
    held: [[], []],
    missing: [],
    ...known,
    ledger: entries && { entries, record: readRecord(entries) },
  };
  return describeProvider(facts, { destinations: ['registry', 'mirror'], now: NOW, ledgerOption: '' });
}
