import { readdirSync, readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hashText } from '../../../src/application/ledger/hash-text.ts';
import type { DomainEvent } from '../../../src/domain/events/domain-event.ts';
import { envelopeOf, factOf } from '../../../src/domain/events/envelope.ts';
import { cloudEvent } from '../../../src/domain/events/schema.ts';
import {
  dataOf,
  EVENT_TYPES,
  type EventName,
  eventJsonSchema,
  eventNameOf,
  eventType,
} from '../../../src/domain/events/types/schema.ts';

const NAMES = Object.keys(EVENT_TYPES) as EventName[];
const root = new URL('../../../', import.meta.url);

const vectors = JSON.parse(
  readFileSync(new URL('test/vectors/ledger/events/cloudevents.json', root), 'utf8'),
) as {
  name: string;
  valid: boolean;
  event: unknown;
}[];

describe('the envelope', () => {
  it.each(vectors)('$name: $valid', ({ event, valid }) => {
    expect(cloudEvent.safeParse(event).success).toBe(valid);
  });
});

const about = { address: 'registry.terraform.io/acme/anvil', version: '1.0.0' };
const at = { ...about, destination: 'mirror' };
const error = { code: 'UpstreamUnavailable', origin: 'upstream', message: 'no answer' } as const;
const platform = { os: 'linux', arch: 'amd64' };
const shasumsSha256 = 'a'.repeat(64);

/** One of every kind of domain event. */
const EVENTS: readonly DomainEvent[] = [
  { kind: 'ProviderVersionResolved', ...about, requested: 'latest' },
  { kind: 'IntegrityRemarkMade', ...about, remark: 'the key expired' },
  {
    kind: 'ReleaseVerified',
    ...about,
    shasumsSha256,
    signedBy: '34365D9472D7468F',
    checks: [{ check: 'signature-over-shasums', subject: 'SHA256SUMS', passed: true, detail: 'good' }],
  },
  { kind: 'ProviderVersionUpToDate', ...at },
  { kind: 'VersionGoneUpstream', ...about },
  { kind: 'VersionRecut', ...about, shasumsSha256, before: 'b'.repeat(64) },
  { kind: 'VersionTakenOut', ...at, how: 'unlisted', reason: 'bad' },
  { kind: 'SigningKeyAdded', ...at, keyId: '34365D9472D7468F' },
  { kind: 'PackageTransferFinished', ...at, platform, bytes: 3, sha256: shasumsSha256 },
  { kind: 'PackageTransferFailed', ...at, platform, error },
  { kind: 'ProviderVersionPublished', ...at, signedBy: '34365D9472D7468F', bytes: 3 },
  { kind: 'ProviderVersionCompleted', ...at, signedBy: '34365D9472D7468F', bytes: 3 },
  { kind: 'VersionConflictFound', ...at, error },
  { kind: 'ProviderSyncFailed', ...at, error },
  { kind: 'ProviderSyncFailed', address: about.address, version: undefined, destination: undefined, error },
  { kind: 'VersionDeleted', provider: 'anvil', version: '1.0.0', destination: 'mirror', reason: 'old' },
  {
    kind: 'BottleTransferred',
    destination: 's3://acme-homebrew',
    bottle: 'jq--1.8.1.x86_64_linux.bottle.tar.gz',
    bytes: 3,
    sha256: shasumsSha256,
    checks: [{ check: 'tab-in-index', subject: 'jq 1.8.1.x86_64_linux', passed: true, detail: 'there' }],
  },
  { kind: 'BottleFailed', destination: 's3://acme-homebrew', bottle: 'jq--1.8.1.all.bottle.tar.gz', error },
  { kind: 'BottlesPublished', destination: 's3://acme-homebrew', snapshot: '2026-11-21', bottles: 3 },
  {
    kind: 'RunEnded',
    run: '20260801T080000Z-1f2e3d',
    what: 'sync',
    ok: false,
    durationMs: 1200,
    bytes: 3,
    outcomes: { published: 1, failed: 1 },
    failures: [
      { address: about.address, version: '1.0.0', error },
      { address: about.address, error },
    ],
  },
  { kind: 'VersionDeletionFailed', provider: 'anvil', version: '1.0.0', destination: 'mirror', error },
];

const MORNING = new Date('2026-08-01T08:00:00Z');
const EVENING = new Date('2026-08-01T20:00:00Z');

describe('a domain event in its envelope', () => {
  it.each(EVENTS.map((event) => [event.kind, event] as const))('%s is what its type says', (_, event) => {
    const envelope = JSON.parse(JSON.stringify(envelopeOf(hashText, factOf(event, MORNING), MORNING)));
    expect(cloudEvent.safeParse(envelope).error).toBeUndefined();
    const name = eventNameOf(envelope.type) as EventName;
    expect(dataOf(name, envelope)).toEqual(envelope.data);
    const validate = new Ajv2020({ strict: false, validateFormats: false }).compile(eventJsonSchema(name));
    expect(validate(envelope.data)).toBe(true);
    expect(validate({ ...envelope.data, more: 1 })).toBe(false);
    expect(dataOf(name, { ...envelope, data: { ...envelope.data, more: 1 } })).toBeUndefined();
  });

  it.each(EVENTS.map((event) => [event.kind, event] as const))(
    '%s has the same id when it is told again',
    (_, event) => {
      const id = (now: Date) => envelopeOf(hashText, factOf(event, now), now).id;
      expect(id(MORNING)).toMatch(/^[0-9a-f]{32}$/);
      expect(id(EVENING)).toBe(id(MORNING));
    },
  );

  it('has another id for another fact', () => {
    const ids = EVENTS.map((event) => envelopeOf(hashText, factOf(event, MORNING), MORNING).id);
    expect(new Set(ids).size).toBe(EVENTS.length);
  });

  it('keeps apart what only lies differently between the members', () => {
    const id = (version: string, requested: string) =>
      envelopeOf(
        hashText,
        factOf({ kind: 'ProviderVersionResolved', address: 'a/b/c', version, requested }, MORNING),
        MORNING,
      ).id;
    fc.assert(
      fc.property(fc.string({ minLength: 2 }), fc.nat(), (text, cut) => {
        const at = 1 + (cut % (text.length - 1));
        const parts = [text.slice(0, at), text.slice(at)] as const;
        if (!parts.every((part) => part.isWellFormed())) return;
        expect(id(parts[0], parts[1])).not.toBe(id(text, ''));
      }),
    );
  });

  it('is another fact on another day, where it may happen on every day', () => {
    const verified = EVENTS.find(({ kind }) => kind === 'ReleaseVerified') as DomainEvent;
    const id = (now: Date) => envelopeOf(hashText, factOf(verified, now), now).id;
    expect(id(new Date('2026-08-02T08:00:00Z'))).not.toBe(id(MORNING));
  });
});

describe('the schemas and the reference', () => {
  const reference = readFileSync(new URL('docs/events.md', root), 'utf8');

  it('are checked in as they are generated', () => {
    const folder = new URL('schema/events/', root);
    expect(readdirSync(folder).toSorted()).toEqual(NAMES.map((name) => `${name}.v1.schema.json`).toSorted());
    for (const name of NAMES) {
      const text = readFileSync(new URL(`${name}.v1.schema.json`, folder), 'utf8');
      expect(JSON.parse(text)).toEqual(eventJsonSchema(name));
    }
  });

  it.each(NAMES)('tell the same of %s', (name) => {
    const section = reference.split(/^### /m).find((part) => part.startsWith(`\`${eventType(name)}\`\n`));
    const { summary, data, identity } = EVENT_TYPES[name];
    expect(section).toContain(summary);
    expect(section).toContain(
      `The same fact has the same: subject, ${identity.map((each) => `\`${each}\``).join(', ')}.`,
    );
    const members = [...(section ?? '').matchAll(/^\| `(\w+)` \| (yes|no) \|/gm)].map(
      ([, member, needed]) => [member, needed],
    );
    const { required = [] } = eventJsonSchema(name) as { required?: string[] };
    expect(members).toEqual(
      Object.keys(data.shape).map((member) => [member, required.includes(member) ? 'yes' : 'no']),
    );
    for (const member of identity) expect(Object.keys(data.shape)).toContain(member);
  });
});
