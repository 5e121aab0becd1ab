import { type AdmissionRecord, lastDigest } from '../../domain/admission/record.ts';
import { SyncError } from '../../domain/errors.ts';
import { formatAddress, type ProviderAddress } from '../../domain/provider/address.ts';
import type { VersionConstraint } from '../../domain/provider/constraint.ts';
import type { Version } from '../../domain/provider/version.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Ledger } from '../../ports/ledger.ts';
import { keep, openRecord } from './open-record.ts';

export interface DecisionPorts {
  readonly ledger: Ledger;
  readonly clock: Clock;
}

interface Decided {
  readonly address: ProviderAddress;
  readonly by: string;
  readonly reason: string;
}

/** `stands`: the same was decided before and still holds, so nothing was added. */
export type DecisionOutcome = 'recorded' | 'stands';

/**
 * Lets the release in that the ledger saw last under the version. Throws ArgumentsInvalid when it has seen none, and
 * when the version is recalled in the ledger.
 */
export async function approveVersion(
  ports: DecisionPorts,
  { address, version, by, reason }: Decided & { readonly version: Version },
): Promise<{ readonly outcome: DecisionOutcome; readonly shasums: string }> {
  const record = await openRecord(ports, address);
  const subject = formatAddress(address);
  const shasums = lastDigest(record, version.canonical);
  if (shasums === undefined) {
    throw new SyncError(
      'ArgumentsInvalid',
      `The ledger has never seen ${subject} ${version.canonical}, so nobody can say what would be approved. ` +
        'A plan sees what a config asks for and what it passes over.',
    );
  }
  const stands = record.approvals.some(
    (approval) => approval.version === version.canonical && approval.digest === shasums,
  );
  if (stands) return { outcome: 'stands', shasums };
  const number = record.decisions.approvals + 1;
  const data = { version: version.canonical, shasums, by, reason, number };
  await keep(ports, [{ name: 'version.approved', subject, data }]);
  return { outcome: 'recorded', shasums };
}

/** Calls versions back; a recall that says the same as one in force changes nothing. */
export async function recallVersions(
  ports: DecisionPorts,
  decided: Decided & { readonly versions: VersionConstraint; readonly delete: boolean },
): Promise<DecisionOutcome> {
  const { address, versions, by, reason } = decided;
  const record = await openRecord(ports, address);
  if (recallOfText(record, versions)?.delete === decided.delete) return 'stands';
  const number = record.decisions.recalls + 1;
  const data = { versions: versions.text, by, reason, delete: decided.delete, number };
  await keep(ports, [{ name: 'versions.recalled', subject: formatAddress(address), data }]);
  return 'recorded';
}

/** Takes a recall back that was given in the same words. Throws ArgumentsInvalid when there is none. */
export async function unrecallVersions(
  ports: DecisionPorts,
  { address, versions, by, reason }: Decided & { readonly versions: VersionConstraint },
): Promise<void> {
  const record = await openRecord(ports, address);
  if (recallOfText(record, versions) === undefined) {
    const inForce = record.recalls.map((recall) => `"${recall.versions.text}"`).join(', ');
    throw new SyncError(
      'ArgumentsInvalid',
      `The ledger has no recall of "${versions.text}" of ${formatAddress(address)}. ` +
        (inForce === '' ? 'It has none of this provider.' : `It has ${inForce}: write one of these.`),
    );
  }
  const number = record.decisions.unrecalls + 1;
  const data = { versions: versions.text, by, reason, number };
  await keep(ports, [{ name: 'versions.unrecalled', subject: formatAddress(address), data }]);
}

function recallOfText({ recalls }: AdmissionRecord, { text }: VersionConstraint) {
  return recalls.findLast(({ versions }) => versions.text === text);
}
