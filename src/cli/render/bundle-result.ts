import type { ExportResult } from '../../application/bundle/export-bundle.ts';
import type { ImportResult } from '../../application/bundle/import-bundle.ts';
import { shortAddress } from './address.ts';
import { countOf, formatBytes } from './quantities.ts';
import type { ResultRenderer } from './result-renderer.ts';
import { RUN_RESULT } from './run-result.ts';
import { wrapParagraph } from './wrap.ts';

const MOST_COLUMNS = 100;

/** How an export is shown: as the sync that it is, and what was written. */
export const EXPORT_RESULT: ResultRenderer<ExportResult> = {
  whole: (result, canvas) => [RUN_RESULT.whole(result, canvas), '', ...bundleLines(result)].join('\n'),
  failures: (result, canvas) => [RUN_RESULT.failures(result, canvas), ...bundleLines(result)].join('\n'),
};

function bundleLines({ bundle, summary }: ExportResult): readonly string[] {
  if (!summary.ok) {
    return [
      'No bundle was written. What arrived is kept beside its place: the same command goes on from there.',
    ];
  }
  if (bundle === null) return ['Nothing is new: no bundle was written.'];
  const { location, versions, files, bytes, base, signed, manifestSha256 } = bundle;
  const contents = `${countOf(versions, 'version')}, ${countOf(files, 'file')}, ${formatBytes(bytes)}`;
  return [
    `Bundle ${location}: ${contents}${base === null ? '' : ', continuing an earlier one'}${signed ? ', signed' : ''}.`,
    `  SHA-256 of its manifest: ${manifestSha256}`,
  ];
}

/** How an import is shown: as the sync that it is, and what there is to say of the bundle. */
export const IMPORT_RESULT: ResultRenderer<ImportResult> = {
  whole(result, canvas) {
    const { bundle, skipped, remarks } = result;
    const width = Math.min(canvas.columns, MOST_COLUMNS);
    const signed = bundle.signatureVerified ? 'its signature and ' : '';
    const lines = [
      `Bundle ${bundle.location} of ${bundle.created}: ${signed}every digest and signature in it hold.`,
      ...skipped.flatMap(({ address, version, reason }) =>
        wrapParagraph(`Left out: ${shortAddress(address)} ${version}, because ${reason}.`, width, 2),
      ),
      ...remarks.flatMap((remark) => wrapParagraph(`Note: ${remark}`, width, 2)),
    ];
    const nothing = result.providers.length === 0 ? 'Nothing of it was delivered.' : '';
    return [nothing || RUN_RESULT.whole(result, canvas), '', ...lines].join('\n');
  },
  failures: RUN_RESULT.failures,
};
