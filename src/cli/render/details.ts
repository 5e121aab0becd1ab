import type { ErrorReport } from '../../domain/errors.ts';
import { shortAddress } from './address.ts';
import { paint } from './style.ts';
import type { Canvas } from './table.ts';
import { wrap, wrapParagraph } from './wrap.ts';

/** Prose is easier to read in lines of this length, however wide the terminal is. */
const MOST_COLUMNS = 100;

/** What is said of one provider below the table. */
export interface ProviderDetails {
  readonly address: string;
  readonly version: string | null;
  readonly steps: readonly string[];
  readonly remarks: readonly string[];
  readonly findings: readonly string[];
  readonly errors: readonly DetailedError[];
}

/** An error, and the destination that it is of where there are several. */
export type DetailedError = ErrorReport & { readonly at?: string };

/** Nothing when there is nothing to say; else an empty line, the provider's name, and what is to be said. */
export function detailLines(details: ProviderDetails, canvas: Canvas): readonly string[] {
  const { steps, remarks, findings, errors } = details;
  const width = Math.min(canvas.columns, MOST_COLUMNS);
  const lines = [
    ...steps.flatMap((step, index) => wrapParagraph(`${index + 1}. ${step}`, width, 2)),
    ...findings.flatMap((finding) =>
      wrapParagraph(finding, width, 2).map((line) => paint(line, 'bad', canvas.color)),
    ),
    ...remarks.flatMap((remark) => wrapParagraph(`Note: ${remark}`, width, 2)),
    ...errors.flatMap((error) => errorLines(error, width, canvas.color)),
  ];
  if (lines.length === 0) return [];
  const version = details.version === null ? '' : ` ${details.version}`;
  const name = wrap(`${shortAddress(details.address)}${version}`, width);
  return ['', ...name.map((line) => paint(line, 'strong', canvas.color)), ...lines];
}

export function errorLines(error: DetailedError, width: number, color: boolean): readonly string[] {
  const where = error.at === undefined ? '' : `${error.at}: `;
  return wrapParagraph(`${where}${error.code}: ${error.message}`, width, 2).map((line) =>
    paint(line, 'bad', color),
  );
}
