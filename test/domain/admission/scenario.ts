import { hashText } from '../../../src/application/ledger/hash-text.ts';
import type { AdmissionPolicy } from '../../../src/domain/admission/policy.ts';
import { type AdmissionRecord, readRecord } from '../../../src/domain/admission/record.ts';
import { parseConfig } from '../../../src/domain/config/parse-config.ts';
import { envelopeOf, type Fact } from '../../../src/domain/events/envelope.ts';
import { type LedgerEntry, nextEntry } from '../../../src/domain/ledger/entry.ts';
import { formatAddress } from '../../../src/domain/provider/address.ts';

export const ANVIL = { hostname: 'registry.terraform.io', namespace: 'acme', type: 'anvil' };

/** What all times of a scenario are counted from. */
const START = new Date('2026-08-01T00:00:00.000Z');

/** "+3d" or "-36h" after the start. */
export function moment(text: string): Date {
  const [, sign, count, unit] = /^([+-])(\d+)([hd])$/.exec(text) ?? [];
  if (count === undefined) throw new Error(`"${text}" is no time`);
  const milliseconds = Number(count) * (unit === 'h' ? 3_600_000 : 86_400_000);
  return new Date(START.getTime() + (sign === '-' ? -milliseconds : milliseconds));
}

/** A config's policy for `acme/anvil`, as the config's reader hands it over. */
export function policyOf(json: string): AdmissionPolicy | undefined {
  // A config with a provider that its policy does not allow is refused as a whole: the policy is narrowed by hand.
  const { 'allowed-namespaces': namespaces, 'allowed-hostnames': hostnames, ...rest } = JSON.parse(json);
  const providers = [{ provider: 'anvil', namespace: 'acme', platforms: [{ os: 'linux', arch: 'amd64' }] }];
  const policy = parseConfig(JSON.stringify({ policy: rest, providers })).providers[0]?.policy;
  if (policy === undefined) return undefined;
  return { ...policy, allowedNamespaces: namespaces, allowedHostnames: hostnames };
}

export const digestOf = (cut = 'a') => cut.repeat(64);

/** "1.0.0#b": the version and the digest of its SHA256SUMS. */
export function release(text: string): { readonly version: string; readonly digest: string } {
  const [version = '', cut] = text.split('#');
  return { version, digest: digestOf(cut) };
}

/** "+0d seen 1.0.0 published -30d; +1d approved 1.0.0" as a ledger would hold it. */
function entriesOf(text: string): readonly LedgerEntry[] {
  const entries: LedgerEntry[] = [];
  for (const part of text.split(';').map((each) => each.trim())) {
    if (part === '') continue;
    const [, when = '', what = '', rest = ''] = /^(\S+) (\S+) (.*)$/.exec(part) ?? [];
    const at = moment(when);
    const head = entries.at(-1);
    const event = envelopeOf(hashText, factOf(what, rest, entries.length + 1), at);
    const last = head && { ...head, received: head.event.received ?? '' };
    entries.push(nextEntry(hashText, event, last, at));
  }
  return entries;
}

export const recordOf = (text: string): AdmissionRecord => readRecord(entriesOf(text));

function factOf(what: string, rest: string, number: number): Fact {
  const subject = formatAddress(ANVIL);
  const [about = '', published] = rest.split(' published ');
  const { version, digest: shasums } = release(about);
  const by = 'ann';
  switch (what) {
    case 'seen': {
      const data = published === undefined ? {} : { publishedAt: moment(published).toISOString() };
      return { name: 'version.sighted', subject, data: { version, shasums, ...data } };
    }
    case 'admitted':
      return { name: 'version.admitted', subject, data: { version, shasums, rule: 'old-enough' } };
    case 'approved':
      return { name: 'version.approved', subject, data: { version, shasums, by, reason: 'read it', number } };
    case 'recalled':
      return {
        name: 'versions.recalled',
        subject,
        data: { versions: rest, by, reason: 'bad', delete: false, number },
      };
    case 'unrecalled':
      return { name: 'versions.unrecalled', subject, data: { versions: rest, by, reason: 'good', number } };
    default:
      throw new Error(`"${what}" is nothing that happens`);
  }
}
