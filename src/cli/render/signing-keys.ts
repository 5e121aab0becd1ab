import type { KeyListing, OrganizationForm } from '../../application/keys/signing-keys.ts';
import { undocumentedAlgorithmRemark } from '../../domain/integrity/key-algorithm.ts';
import {
  HASHICORP_KEY_ID,
  type SigningKeyInfo,
  type SubkeyInfo,
} from '../../domain/integrity/signing-key.ts';
import { type Canvas, type Cell, renderTable } from './table.ts';
import { wrap } from './wrap.ts';

/** One line a key, and one for each of its signing subkeys below it; what cannot be read comes last. */
export function renderKeyTable(
  { keys, unreadable = [] }: Partial<KeyListing> & Pick<KeyListing, 'keys'>,
  now: Date,
  canvas: Canvas,
): string {
  const columns = [
    { title: 'KEY ID' },
    { title: 'CREATED' },
    { title: 'EXPIRES', narrowest: 10 },
    { title: 'ALGORITHM', narrowest: 9 },
    { title: 'OWNER', narrowest: 7, movesBelow: 1 },
  ];
  const row = (key: SigningKeyInfo | SubkeyInfo, owner: string): readonly Cell[] => [
    key.keyId,
    dateOf(key.createdAt),
    expiryCell(key, now),
    key.algorithm,
    owner,
  ];
  const rows = keys.flatMap((key) => [
    row(key, key.userIds.join(', ')),
    ...key.subkeys.filter(({ signs }) => signs).map((subkey) => row(subkey, 'signing subkey')),
  ]);
  const others = unreadable.map(({ keyId, problem }): readonly Cell[] => [
    keyId,
    '',
    { text: 'unreadable', tone: 'bad' },
    '',
    problem,
  ]);
  return renderTable(columns, [...rows, ...others], canvas);
}

/** Everything a key says of itself but its armor, and what to know before it goes to HCP Terraform. */
export function renderKey(key: SigningKeyInfo, now: Date, canvas: Canvas): string {
  const rows = [
    ['key id', key.keyId],
    ['fingerprint', groupsOfFour(key.fingerprint)],
    ['algorithm', key.algorithm],
    ['created', dateOf(key.createdAt)],
    ['expires', expiryCell(key, now)],
    ...key.userIds.map((userId) => ['owner', userId]),
    ...key.subkeys.map((subkey) => ['subkey', subkeyCell(subkey, now)]),
  ];
  const remark = undocumentedAlgorithmRemark(key);
  if (remark !== undefined) rows.push(['note', { text: remark, tone: 'strong' }]);
  return renderTable([{ title: '' }, { title: '', narrowest: 40 }], rows, canvas);
}

/** How the organization's form of a key relates to the published one, which is shown above it. */
export function renderOrganizationForm(
  { organization, keyId }: { readonly organization: string; readonly keyId: string },
  form: OrganizationForm | undefined,
  now: Date,
  canvas: Canvas,
): string {
  const lines = (text: string) => wrap(text, canvas.columns).join('\n');
  if (form === undefined) {
    const builtIn = keyId === HASHICORP_KEY_ID ? ' It is HashiCorp’s own, which is built in.' : '';
    return lines(`Organization ${organization} does not have this key.${builtIn}`);
  }
  if (form.relation === 'same') return lines(`Organization ${organization} has the same form of this key.`);
  const kind = {
    older: 'an older form of this key',
    newer: 'a newer form of this key',
    different: 'another form',
  };
  const heading = `Organization ${organization} has ${kind[form.relation]}:`;
  const missing =
    form.unverifiable.length === 0
      ? []
      : [`What is signed by ${form.unverifiable.join(', ')} cannot be installed with the stored form.`];
  const differences = [...form.differences, ...missing].map((text) => lines(`- ${text}`));
  return [lines(heading), ...differences, '', renderKey(form.key, now, canvas)].join('\n');
}

/** A key as `--json` shows it; null where a key or a subkey never expires. */
export function keyDocument(key: SigningKeyInfo): Readonly<Record<string, unknown>> {
  return {
    ...key,
    expiresAt: key.expiresAt ?? null,
    selfSignedAt: key.selfSignedAt ?? null,
    subkeys: key.subkeys.map((subkey) => ({ ...subkey, expiresAt: subkey.expiresAt ?? null })),
  };
}

/** The organization's form as `--json` shows it; null where it does not have the key. */
export function organizationFormDocument(
  form: OrganizationForm | undefined,
): Readonly<Record<string, unknown>> | null {
  return form === undefined ? null : { ...form, key: keyDocument(form.key) };
}

type Expiring = Pick<SigningKeyInfo, 'expiresAt' | 'revoked'>;

/** In the tone of its meaning. */
function expiryCell(key: Expiring, now: Date): Cell {
  return { text: expiryOf(key, now), tone: isSound(key, now) ? 'plain' : 'bad' };
}

function subkeyCell(subkey: SubkeyInfo, now: Date): Cell {
  const expiry = subkey.expiresAt === undefined ? 'never expires' : `expires ${expiryOf(subkey, now)}`;
  const state = subkey.revoked ? 'revoked' : expiry;
  const text = `${subkey.keyId}, ${subkey.algorithm}, ${subkey.signs ? 'signs' : 'does not sign'}, ${state}`;
  return { text, tone: subkey.signs && !isSound(subkey, now) ? 'bad' : 'plain' };
}

function isSound(key: Expiring, now: Date): boolean {
  return !key.revoked && (key.expiresAt === undefined || key.expiresAt > now);
}

function expiryOf(key: Expiring, now: Date): string {
  if (key.revoked) return 'revoked';
  if (key.expiresAt === undefined) return 'never';
  return key.expiresAt > now ? dateOf(key.expiresAt) : `${dateOf(key.expiresAt)} (expired)`;
}

function dateOf(date: Date): string {
  return date.toISOString().slice(0, 10);
}

/** As GnuPG prints fingerprints, so that two can be compared by eye. */
function groupsOfFour(fingerprint: string): string {
  return (fingerprint.match(/.{1,4}/g) ?? []).join(' ');
}
