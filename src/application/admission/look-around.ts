import { lastDigest } from '../../domain/admission/record.ts';
import { candidatesOf } from '../../domain/admission/resolve.ts';
import type { PassedOver } from '../../domain/admission/words.ts';
import { SyncError } from '../../domain/errors.ts';
import type { Fact } from '../../domain/events/envelope.ts';
import type { AvailableVersion } from '../../domain/provider/release.ts';
import { LATEST } from '../../domain/provider/requested-version.ts';
import { compareVersions, sameVersion, type Version } from '../../domain/provider/version.ts';
import type { Candidates } from '../resolve/resolve-provider.ts';
import type { AdmissionPorts, Desk } from './desk.ts';
import { keep } from './open-record.ts';

const MOST_AHEAD = 3;
/** How many versions that were delivered are looked at again: other ones on every day, or all of a verification. */
const MOST_AGAIN = 3;
const MOST_VERIFIED = 50;
const DAY = 86_400_000;

/** Versions that were delivered and that the registry lists no more: told of once. */
export async function reportGone(
  ports: AdmissionPorts,
  desk: Desk,
  available: readonly AvailableVersion[],
): Promise<void> {
  if (ports.partial === true) return;
  const listed = new Set(available.map(({ version }) => version.canonical));
  const { address, notes } = desk;
  const { delivered, goneUpstream } = desk.record();
  for (const version of new Set(delivered.map((each) => each.version))) {
    if (listed.has(version) || goneUpstream.includes(version)) continue;
    await keep(ports, [{ name: 'version.gone-upstream', subject: address, data: { version } }]);
    notes.push(`${version} was delivered, and its public registry lists it no more`);
    ports.events.append({ kind: 'VersionGoneUpstream', address, version });
  }
}

/**
 * Records what was held, and sees what nobody has seen: the newest of what waits for a person, so that it can be
 * approved, and the registry's newest, so that it ages before anyone wants it.
 */
export async function lookAhead(
  ports: AdmissionPorts,
  desk: Desk,
  { available }: Candidates,
  over: readonly PassedOver[],
): Promise<void> {
  if (ports.ledger === undefined) return;
  const held = over
    .slice(0, 10)
    .map((each) => heldFact(desk.address, each, lastDigest(desk.record(), each.version)));
  await keep(ports, held);
  const newest = candidatesOf(LATEST, available).slice(0, 1);
  const waiting = available.filter(({ version }) =>
    over.some((each) => each.outcome === 'held' && each.version === version.canonical),
  );
  const unseen = [...newest, ...candidatesOf(LATEST, waiting)]
    .map(({ version }) => version)
    .filter((version) => lastDigest(desk.record(), version.canonical) === undefined)
    .filter((version, index, all) => all.findIndex((each) => sameVersion(each, version)) === index)
    .filter((version) => desk.decide(version, undefined).outcome !== 'refused');
  for (const version of unseen.slice(0, MOST_AHEAD)) await glanceAt(desk, version);
}

/** Whether versions that were delivered before still have the sums that they had: told of once when not. */
export async function lookAgain(
  ports: AdmissionPorts,
  desk: Desk,
  { available }: Candidates,
  taken: Version,
): Promise<void> {
  if (ports.ledger === undefined || ports.partial === true) return;
  const delivered = new Set(desk.record().delivered.map((each) => each.version));
  const standing = available
    .map(({ version }) => version)
    .filter((version) => delivered.has(version.canonical) && !sameVersion(version, taken))
    .toSorted(compareVersions);
  const most = ports.looksAtAll === true ? MOST_VERIFIED : MOST_AGAIN;
  const start = standing.length > most ? Math.floor(ports.clock.now().getTime() / DAY) * most : 0;
  for (let index = 0; index < Math.min(most, standing.length); index += 1) {
    const version = standing[(start + index) % standing.length];
    if (version !== undefined) await glanceAt(desk, version);
  }
}

/** Nobody has asked for it: what is wrong with it is told when somebody does. */
async function glanceAt(desk: Desk, version: Version): Promise<void> {
  await desk.see(version).catch((error: unknown) => {
    if (error instanceof SyncError && error.origin === 'system') throw error;
  });
}

function heldFact(
  subject: string,
  { version, outcome, rules, until, text }: PassedOver,
  shasums?: string,
): Fact {
  if (outcome === 'refused') {
    return {
      name: 'version.refused',
      subject,
      data: { version, rule: rules[0] ?? 'recalled', reason: text.slice(0, 2000) },
    };
  }
  return {
    name: 'version.held',
    subject,
    data: {
      version,
      ...(shasums === undefined ? {} : { shasums }),
      rules: [...rules],
      // What was never seen is held until a time that moves with every run.
      ...(until === null || shasums === undefined ? {} : { until }),
    },
  };
}
