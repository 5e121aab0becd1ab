import type { DeliveryDifference, DeliveryPlan, DeliveryStep } from '../../domain/delivery/plan.ts';
import { SyncError } from '../../domain/errors.ts';
import type { VerifiedRelease } from '../../domain/provider/release.ts';
import { parseVersion } from '../../domain/provider/version.ts';
import type { MirrorStore } from '../../ports/mirror-store.ts';
import {
  type Archives,
  archiveOf,
  type MirrorEvidence,
  readArchives,
  readEvidence,
  readIndex,
} from './documents.ts';
import { layoutOf, type VersionLayout } from './layout.ts';
import { evidenceOf, findWhole, type PlacedPackage, placedPackages } from './packages.ts';
import { type ProofVerdict, readProof } from './proof.ts';

/** What lies between a mirror and a release. Judged as a client would: listed, documented, whole, signed. */
export async function inspectMirror(
  store: MirrorStore,
  release: VerifiedRelease,
  now: Date,
): Promise<DeliveryPlan> {
  const unreachable = remarksOnPort(store, release);
  const layout = layoutOf(release.address, release.version.canonical);
  const placed = placedPackages(release);
  const [documents, proof] = await Promise.all([
    readDocuments(store, layout),
    readProof(store, layout, release, now),
  ]);
  const outcome = documents.listed || documents.archives !== undefined ? 'complete' : 'publish';
  if (proof.outcome === 'differs') return conflictPlan(proof.differences);
  const missing = await missingPackages(store, placed, documents.evidence);
  const steps: readonly DeliveryStep[] = [
    ...missing.map(({ platform, pkg }) => ({ text: `upload package ${platform}`, file: pkg.filename })),
    ...documentSteps(release, layout, placed, proof, documents),
  ];
  return {
    outcome: steps.length === 0 ? 'up-to-date' : outcome,
    steps,
    missing: missing.map(({ pkg }) => pkg.filename),
    differences: [],
    remarks: [...unreachable, ...remarksOf(proof)],
  };
}

/**
 * Clients join the address to the mirror's URL as a relative reference, and read a host with a port as a scheme
 * (RFC 3986, 4.2): they never ask a network mirror for such a provider. By `filesystem_mirror` they find it.
 */
function remarksOnPort(store: MirrorStore, { id, address }: VerifiedRelease): readonly string[] {
  if (!address.hostname.includes(':')) return [];
  const what = `no client can ask a network mirror for ${id}, because its registry's address has a port`;
  if (store.networkOnly) {
    throw new SyncError(
      'DestinationRejected',
      `${store.location} is of no use here: ${what}. Leave this mirror out of the provider's "destinations".`,
    );
  }
  return [`${what}; a filesystem_mirror finds it`];
}

interface Documents {
  readonly listed: boolean;
  readonly archives: Archives | undefined;
  /** False when the document's second key must hold the same and does not. */
  readonly twinFits: boolean;
  readonly evidence: MirrorEvidence | undefined;
}

async function readDocuments(store: MirrorStore, layout: VersionLayout): Promise<Documents> {
  const twinKey = store.readsPlusAsBlank ? layout.documentTwin : undefined;
  const [index, document, twin, evidence] = await Promise.all([
    store.readDocument(layout.index),
    store.readDocument(layout.document),
    twinKey === undefined ? undefined : store.readDocument(twinKey),
    store.readDocument(layout.evidence),
  ]);
  const versions = (index && readIndex(index.bytes)) ?? [];
  const archives = document && readArchives(document.bytes);
  const twinArchives = twin && readArchives(twin.bytes);
  return {
    listed: versions.some((text) => documentKey(layout, text) === layout.document),
    archives,
    twinFits: twinKey === undefined || JSON.stringify(twinArchives) === JSON.stringify(archives),
    evidence: evidence && readEvidence(evidence.bytes),
  };
}

/** Clients read an index's keys as versions and ask for the canonical form. */
function documentKey({ folder }: VersionLayout, text: string): string {
  return `${folder}${parseVersion(text)?.canonical}.json`;
}

async function missingPackages(
  store: MirrorStore,
  placed: readonly PlacedPackage[],
  evidence: MirrorEvidence | undefined,
): Promise<readonly PlacedPackage[]> {
  const found = await Promise.all(
    placed.map(async (each) => await findWhole(store, each.file, evidenceOf(evidence, each))),
  );
  return placed.filter((_, index) => found[index] === undefined);
}

function documentSteps(
  release: VerifiedRelease,
  layout: VersionLayout,
  placed: readonly PlacedPackage[],
  proof: ProofVerdict,
  { listed, archives, twinFits, evidence }: Documents,
): readonly DeliveryStep[] {
  const version = release.version.canonical;
  const steps: DeliveryStep[] = [];
  if (proof.outcome !== 'fits') steps.push({ text: 'write SHA256SUMS, its signature and the signing key' });
  const described = placed.every((each) => evidenceOf(evidence, each) !== undefined);
  if (!described) steps.push({ text: 'write the evidence' });
  const documented = placed.every((each) => {
    const wanted = archiveOf(each.name, each.file.sha256, evidenceOf(evidence, each)?.archiveH1);
    return sameArchive(archives?.[each.platform], wanted);
  });
  if (!documented || !twinFits) steps.push({ text: `write ${layout.document.slice(layout.folder.length)}` });
  if (!listed) steps.push({ text: `list ${version} in index.json` });
  return steps;
}

/** Any hash that is not ours would be enough for a client, so the whole list must be. */
function sameArchive(present: Archives[string] | undefined, wanted: Archives[string]): boolean {
  return present?.url === wanted.url && present.hashes.join(' ') === wanted.hashes.join(' ');
}

function conflictPlan(differences: readonly DeliveryDifference[]): DeliveryPlan {
  return { outcome: 'conflict', steps: [], missing: [], differences, remarks: [] };
}

function remarksOf(proof: ProofVerdict): readonly string[] {
  if (proof.outcome === 'fits') return proof.remarks;
  if (proof.outcome === 'void' && proof.why !== undefined) {
    return [`what the mirror holds proves nothing and is written anew: ${proof.why}`];
  }
  return [];
}
