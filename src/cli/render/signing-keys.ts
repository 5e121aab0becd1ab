import type { SigningKeyInfo } from '../../domain/integrity/signing-key.ts';
import { type Canvas, type Cell, renderTable } from './table.ts';

/** One line a key. */
export function renderKeyTable(keys: readonly SigningKeyInfo[], now: Date, canvas: Canvas): string {
  const columns = [
    { title: 'KEY ID' },
    { title: 'CREATED' },
    { title: 'EXPIRES' },
    { title: 'OWNER', narrowest: 20 },
  ];
  const rows = keys.map((key) => [
    key.keyId,
    dateOf(key.createdAt),
    expiryCell(key, now),
    key.userIds.join(', '),
  ]);
  return renderTable(columns, rows, canvas);
}

/** Everything a key says of itself but its armor. */
export function renderKey(key: SigningKeyInfo, now: Date, canvas: Canvas): string {
  const rows = [
    ['key id', key.keyId],
    ['fingerprint', groupsOfFour(key.fingerprint)],
    ['created', dateOf(key.createdAt)],
    ['expires', expiryCell(key, now)],
    ...key.userIds.map((userId) => ['owner', userId]),
    ...key.subkeyIds.map((subkeyId) => ['subkey', subkeyId]),
  ];
  return renderTable([{ title: '' }, { title: '', narrowest: 40 }], rows, canvas);
}

/** A key as `--json` shows it; null where a key never expires. */
export function keyDocument(key: SigningKeyInfo): Readonly<Record<string, unknown>> {
  return { ...key, expiresAt: key.expiresAt ?? null };
}

/** In the tone of its meaning. */
function expiryCell(key: SigningKeyInfo, now: Date): Cell {
  return { text: expiryOf(key, now), tone: isSound(key, now) ? 'plain' : 'bad' };
}

function isSound(key: SigningKeyInfo, now: Date): boolean {
  return !key.revoked && (key.expiresAt === undefined || key.expiresAt > now);
}

function expiryOf(key: SigningKeyInfo, now: Date): string {
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
