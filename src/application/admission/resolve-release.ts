import type { AdmissionRecord } from '../../domain/admission/record.ts';
import { type PassedOver, passedOver } from '../../domain/admission/words.ts';
import type { ProviderEntry } from '../../domain/config/config.ts';
import { SyncError } from '../../domain/errors.ts';
import type { Version } from '../../domain/provider/version.ts';
import type { ReleaseDocuments } from '../resolve/read-release.ts';
import { findCandidates, takeVersion } from '../resolve/resolve-provider.ts';
import { type AdmissionPorts, admit, judge, openDesk } from './desk.ts';
import { lookAgain, lookAhead, reportGone } from './look-around.ts';

/** The version that an entry comes to, its documents proved; or the one that is not let in. */
export type ResolvedRelease =
  | {
      readonly outcome: 'admitted';
      readonly version: Version;
      readonly documents: ReleaseDocuments;
      /** Deliveries of the version that were begun, and of which nobody has told how they ended. */
      readonly intended: AdmissionRecord['intended'];
      /** Newer versions that are not let in, newest first. */
      readonly passedOver: readonly PassedOver[];
      /** What a person should know of the provider's versions upstream, told once. */
      readonly notes: readonly string[];
    }
  | {
      readonly outcome: 'held' | 'refused';
      /** The newest that the request may come to. */
      readonly version: Version;
      readonly passedOver: readonly PassedOver[];
      readonly notes: readonly string[];
    };

/**
 * Resolves an entry to the newest version that is let in, and reads and proves its documents; with `resolved`, that
 * very version or none. Records every first sight. `onResolved` is told the version before its documents are read.
 * Throws VersionNotFound, PlatformNotFound, the public registry's errors and those of the integrity checks, the
 * ledger's, and SettingsInvalid where a policy needs a ledger and there is none.
 */
export async function resolveRelease(
  ports: AdmissionPorts,
  entry: ProviderEntry,
  resolved?: string,
  onResolved: (version: string) => void = () => {},
): Promise<ResolvedRelease> {
  requireLedger(ports, entry);
  const desk = await openDesk(ports, entry);
  const found = await findCandidates(ports, entry, resolved, (listed) => reportGone(ports, desk, listed));
  const over: PassedOver[] = [];
  for (const candidate of found.candidates) {
    const { version } = candidate;
    const judged = await judge(desk, version, onResolved);
    if (judged.outcome === 'admitted') {
      onResolved(version.canonical);
      takeVersion(ports, entry, candidate);
      const documents = judged.documents ?? (await desk.see(version));
      await admit(ports, desk, version, documents, judged.decision);
      await lookAhead(ports, desk, found, over);
      if (resolved === undefined) await lookAgain(ports, desk, found, version);
      const intended = desk.record().intended.filter((each) => each.version === version.canonical);
      return { outcome: 'admitted', version, documents, intended, passedOver: over, notes: desk.notes };
    }
    over.push(passedOver(version.canonical, judged.decision));
  }
  await lookAhead(ports, desk, found, over);
  const [{ version }] = found.candidates;
  if (resolved === undefined) await lookAgain(ports, desk, found, version);
  onResolved(version.canonical);
  return {
    outcome: over.some(({ outcome }) => outcome === 'held') ? 'held' : 'refused',
    version,
    passedOver: over,
    notes: desk.notes,
  };
}

function requireLedger({ ledger }: AdmissionPorts, { policy, path }: ProviderEntry): void {
  const aged = policy?.minimumAge !== undefined && policy.minimumAge.milliseconds > 0;
  const approved = policy?.requireApproval !== undefined && policy.requireApproval !== 'never';
  if (ledger !== undefined || (!aged && !approved)) return;
  const member = aged ? 'minimum-age' : 'require-approval';
  throw new SyncError(
    'SettingsInvalid',
    `The policy of ${path} has "${member}", which needs a ledger that says when a release was first seen and who ` +
      'approved it, and this run has none. On AWS, set CreateLedger of the stack to true, or name a table in ' +
      'ExistingLedgerTableName.',
  );
}
