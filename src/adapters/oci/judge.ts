import type { DeliveryDifference, DeliveryPlan, DeliveryStep } from '../../domain/delivery/plan.ts';
import { printable } from '../../domain/integrity/untrusted-text.ts';
import { formatPlatform } from '../../domain/provider/platform.ts';
import type { ReleasePackage, VerifiedRelease } from '../../domain/provider/release.ts';
import type { StoredEvidence, StoredIndex, StoredPackage } from './stored.ts';

/** What the registry holds of one wanted package. */
export interface HeldPackage {
  readonly pkg: ReleasePackage;
  readonly stored: StoredPackage;
  /** Whether the registry has the wanted zip, whatever the index says. */
  readonly blob: boolean;
}

export interface Held {
  readonly tag: string;
  readonly index: StoredIndex;
  readonly evidence: StoredEvidence;
  readonly packages: readonly HeldPackage[];
}

/** A plan with what it was made from. */
export interface OciPlan extends DeliveryPlan {
  readonly held: Held;
}

/**
 * Compares a release with what stands under its version's tag. An index that names another package for a wanted
 * platform is a conflict, unless its own proved SHA256SUMS lists the wanted one: then the package is the one that
 * was tampered with or damaged, and is put right. Platforms beyond the release are not looked at. A proved
 * SHA256SUMS that differs from the release's in other lines alone is as good.
 */
export function judge(release: VerifiedRelease, held: Held): OciPlan {
  const differences = findDifferences(release, held);
  if (differences.length > 0) {
    return { outcome: 'conflict', steps: [], missing: [], differences, remarks: [], held };
  }
  const steps: DeliveryStep[] = held.packages.flatMap((each) => packageSteps(each));
  if (held.evidence.state !== 'proved') {
    steps.push({ text: 'put SHA256SUMS, its signature and the signing key' });
  }
  if (steps.length > 0) steps.push({ text: `put the index under the tag ${held.tag}` });
  const outcome = steps.length === 0 ? 'up-to-date' : held.index.state === 'absent' ? 'publish' : 'complete';
  const missing = held.packages.filter(({ blob }) => !blob).map(({ pkg }) => pkg.filename);
  return { outcome, steps, missing, differences: [], remarks: remarksOn(held), held };
}

function packageSteps({ pkg, stored, blob }: HeldPackage): readonly DeliveryStep[] {
  const name = formatPlatform(pkg.platform);
  const file = pkg.filename;
  const upload = blob ? [] : [{ text: `upload package ${name}`, file }];
  const named = stored.state === 'named' && stored.digest === `sha256:${pkg.sha256}` && stored.blob;
  return named ? [] : [...upload, { text: `put the manifest of ${name}`, file }];
}

function remarksOn({ packages, evidence }: Held): readonly string[] {
  const remarks = packages.flatMap(({ pkg, stored }) => {
    const name = formatPlatform(pkg.platform);
    if (stored.state === 'broken') {
      return [`The package ${name} in the OCI mirror cannot be installed: ${stored.why}.`];
    }
    if (stored.state !== 'named' || stored.digest === `sha256:${pkg.sha256}`) return [];
    return [`The package ${name} in the OCI mirror is not the one that its own SHA256SUMS lists.`];
  });
  if (evidence.state !== 'broken') return remarks;
  return [...remarks, `What proves the version in the OCI mirror is damaged: ${evidence.why}`];
}

function findDifferences(
  release: VerifiedRelease,
  { index, evidence, packages, tag }: Held,
): readonly DeliveryDifference[] {
  if (index.state === 'foreign') {
    const text = `the tag ${tag} in the OCI mirror holds ${index.why}, not a provider`;
    return [{ what: 'index', present: index.why, wanted: 'an index of a provider', text }];
  }
  const differences = packages.flatMap((held) => packageDifferences(held, evidence));
  if (evidence.state !== 'proved' || evidence.keyId === release.signingKey.keyId) return differences;
  const [present, wanted] = [evidence.keyId, release.signingKey.keyId];
  const text = `signing key: the OCI mirror has ${present}, upstream ${wanted}`;
  return [{ what: 'signing-key', present, wanted, text }, ...differences];
}

function packageDifferences(
  { pkg, stored }: HeldPackage,
  evidence: StoredEvidence,
): readonly DeliveryDifference[] {
  const { filename: file, sha256: wanted } = pkg;
  const name = formatPlatform(pkg.platform);
  const listed = evidence.state === 'proved' ? evidence.shasums.entries.get(file) : undefined;
  if (evidence.state === 'proved' && listed !== wanted) {
    const present = listed ?? `no line for ${file}`;
    const text = `${name} line in SHA256SUMS: the OCI mirror has ${present}, upstream ${wanted}`;
    return [{ what: 'shasums-file', file, present, wanted, text }];
  }
  if (stored.state !== 'named' || listed === wanted) return [];
  const present = stored.digest.replace(/^sha256:/, '');
  if (present === wanted) return [];
  const text = `${name} package shasum: the OCI mirror has ${printable(present)}, upstream ${wanted}`;
  return [{ what: 'shasum', file, present: printable(present), wanted, text }];
}
