import { randomBytes } from 'node:crypto';
import { catalogueIn } from '../../application/catalogue/clients.ts';
import type { SyncPorts } from '../../application/sync/ports.ts';
import type { RunResult } from '../../application/sync/results.ts';
import { runEnded } from '../../application/sync/run-ended.ts';
import { isWorthTelling } from '../../domain/catalogue/worth-telling.ts';
import { formatLocation } from '../../domain/config/destinations.ts';
import { toSyncError } from '../../domain/errors.ts';
import type { VersionStore } from '../../ports/version-store.ts';
import type { Invocation } from '../command-spec.ts';
import { type CatalogueTerms, writeCatalogueTo } from './write.ts';

/**
 * Keeps in the ledger how the run ended, and writes a catalogue beside every mirror that has one, once its versions
 * are visible. Returns a sentence for each that could not be written: what was synced stands all the same.
 */
export async function tellOfSync(
  { io, signal }: Pick<Invocation, 'io' | 'signal'>,
  settings: Omit<CatalogueTerms, 'environment'>,
  result: RunResult,
  ports: SyncPorts & { readonly stores: readonly VersionStore[] },
): Promise<readonly string[]> {
  const { clock, events, ledger, publicRegistry, stores } = ports;
  const run = runId(clock.now());
  if (ledger !== undefined) events.append(runEnded(run, result));
  if (signal.aborted || !isWorthTelling(result)) return [];
  const targets = settings.destinations.flatMap((place) =>
    place.kind === 'network-mirror' && place.catalogue === true ? [catalogueIn(place.location)] : [],
  );
  if (targets.length === 0) return [];
  await events.flush();
  const terms = { ...settings, environment: io.environment };
  const failed: string[] = [];
  for (const target of targets) {
    try {
      await writeCatalogueTo(
        target,
        terms,
        { stores, ledger, publicRegistry },
        ledger === undefined ? null : run,
      );
    } catch (error) {
      failed.push(
        `The catalogue in ${formatLocation(target)} was not written. ${toSyncError(error).message}`,
      );
    }
  }
  return failed;
}

/** `20261120T060000Z-1f2e3d`. */
function runId(now: Date): string {
  return `${now.toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z-${randomBytes(3).toString('hex')}`;
}
