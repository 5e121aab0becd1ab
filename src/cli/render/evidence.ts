import type { ReleaseEvidence, VersionEvidence } from '../../domain/admission/evidence.ts';
import { printable } from '../../domain/integrity/untrusted-text.ts';
import { shortAddress } from './address.ts';
import { formatBytes } from './quantities.ts';
import { paint } from './style.ts';
import type { Canvas } from './table.ts';
import { wrapParagraph } from './wrap.ts';

const MOST_COLUMNS = 100;

/** Everything a ledger knows of a version, in the order in which it happened. */
export function renderEvidence(evidence: VersionEvidence, { columns, color }: Canvas): string {
  const width = Math.min(columns, MOST_COLUMNS);
  const { address, version, releases, recalls, deliveries, lastConfirmed, packages, goneUpstream } = evidence;
  const several = releases.length > 1;
  const lines = [
    ...releases.flatMap((release, index) => releaseLines(release, several ? `Release ${index + 1}: ` : '')),
    ...packages.map(
      ({ platform, sha256, bytes }) => `Package ${platform}: SHA-256 ${sha256}, ${formatBytes(bytes)}`,
    ),
    ...deliveries.map(
      ({ destination, what, at }) => `${capital(WORDS[what])} ${destination} on ${momentOf(at)}`,
    ),
    ...lastConfirmed.map(
      ({ destination, at }) => `Last seen as upstream has it in ${destination} on ${momentOf(at)}`,
    ),
    ...recalls.map(
      ({ versions, reason, by, at }) => `Recalled ("${versions}") by ${by} on ${momentOf(at)}: ${reason}`,
    ),
    ...(goneUpstream === null
      ? []
      : [`No longer listed by its public registry since ${momentOf(goneUpstream)}`]),
  ];
  return [
    paint(`${shortAddress(address)} ${version}`, 'strong', color),
    ...lines.flatMap((line) => wrapParagraph(printable(line), width, 2)),
  ].join('\n');
}

const WORDS = {
  published: 'published in',
  completed: 'completed in',
  unlisted: 'taken out of the index of',
  deleted: 'deleted from',
} as const;

function releaseLines(release: ReleaseEvidence, prefix: string): readonly string[] {
  const { shasums, firstSeen, publishedAt, signedBy, checks, lastVerified, admitted, approved } = release;
  const passed = checks.filter((check) => check.passed).length;
  return [
    `${prefix}First seen on ${momentOf(firstSeen)}` +
      (publishedAt === null ? '' : `, published, by the registry’s word, on ${momentOf(publishedAt)}`),
    `SHA256SUMS: SHA-256 ${shasums}`,
    ...(signedBy === null ? [] : [`Signed by ${signedBy}`]),
    ...(lastVerified === null
      ? []
      : [`Verified last on ${momentOf(lastVerified)}: ${passed} of ${checks.length} checks passed`]),
    ...checks.map(
      ({ check, subject, passed: good, detail }) => `${good ? '✓' : '✗'} ${check}: ${subject}: ${detail}`,
    ),
    ...(approved === null
      ? []
      : [`Approved by ${approved.by} on ${momentOf(approved.at)}: ${approved.reason}`]),
    ...(admitted === null
      ? ['Not let in so far']
      : [
          `Let in on ${momentOf(admitted.at)} by the rule "${admitted.rule}"` +
            (admitted.by === null ? '' : `, by ${admitted.by}`),
        ]),
  ];
}

function momentOf(iso: string): string {
  return iso.replace('T', ' ').replace(/(?:\.\d+)?Z$/, ' UTC');
}

function capital(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
