import { formatBytes, formatRate } from '../render/quantities.ts';

const LABEL_COLUMNS = 38;

export interface BarPayload {
  readonly name: string;
  /** Undefined while the server has not said. */
  readonly size: number | undefined;
  /** Milliseconds. */
  readonly elapsed: number;
}

/** "hashicorp/aws 5.100.0 linux_amd64  ━━━━━╌╌╌╌  62%  45.2 MB  8.1 MB/s" in exactly at most `columns`. */
export function formatBar(bar: BarPayload & { readonly done: number }, columns: number): string {
  const { name, done, size, elapsed } = bar;
  const labelColumns = Math.min(LABEL_COLUMNS, Math.max(12, columns - 30));
  const label = name.length > labelColumns ? `…${name.slice(1 - labelColumns)}` : name.padEnd(labelColumns);
  const percent = size === undefined || size === 0 ? '' : `${Math.floor((done / size) * 100)}%`;
  const numbers = `${percent.padStart(4)} ${formatBytes(done).padStart(9)} ${formatRate(done, elapsed).padStart(11)}`;
  const room = columns - label.length - numbers.length - 3;
  if (room < 4) return `${label} ${numbers}`.slice(0, columns);
  const filled = size === undefined || size === 0 ? 0 : Math.min(room, Math.round((done / size) * room));
  return `${label}  ${'━'.repeat(filled)}${'╌'.repeat(room - filled)} ${numbers}`;
}
