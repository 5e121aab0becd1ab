import { eventNameOf } from '../../domain/events/types/schema.ts';
import type { LedgerEntry } from '../../domain/ledger/entry.ts';
import { shortAddress } from './address.ts';
import { type Canvas, type Column, renderTable } from './table.ts';

const COLUMNS: readonly Column[] = [
  { title: 'RECEIVED' },
  { title: 'PROVIDER', narrowest: 16 },
  { title: 'SEQ', alignRight: true, movesBelow: 2 },
  { title: 'VERSION', narrowest: 9 },
  { title: 'EVENT', narrowest: 9 },
  { title: 'WHAT', narrowest: 20, movesBelow: 1 },
];

/** Members that stand in columns of their own, or that nobody reads in a table. */
const ELSEWHERE = new Set(['version', 'day', 'checks', 'number']);
const MAX_VALUE = 120;

export function renderHistory(entries: readonly LedgerEntry[], canvas: Canvas): string {
  if (entries.length === 0) return 'Nothing is recorded.';
  const rows = entries.map(({ stream, seq, event }) => {
    const data = (typeof event.data === 'object' ? (event.data ?? {}) : {}) as Record<string, unknown>;
    return [
      (event.received ?? '').replace('T', ' ').replace(/\.\d+Z$/, 'Z'),
      shortAddress(stream),
      `${seq}`,
      typeof data['version'] === 'string' ? data['version'] : '-',
      eventNameOf(event.type) ?? event.type,
      Object.entries(data)
        .filter(([name]) => !ELSEWHERE.has(name))
        .map(([name, value]) => `${name}: ${shortened(value)}`)
        .join(', '),
    ];
  });
  return renderTable(COLUMNS, rows, canvas);
}

function shortened(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  if (/^[0-9a-f]{64}$/.test(text)) return `${text.slice(0, 12)}…`;
  return text.length <= MAX_VALUE ? text : `${text.slice(0, MAX_VALUE)}…`;
}
