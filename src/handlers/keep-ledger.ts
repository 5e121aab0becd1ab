import { anchorHeads } from '../application/ledger/anchor.ts';
import { replayOutbox } from '../application/ledger/replay.ts';
import { tellUpstreamNews } from '../application/ledger/tell-upstream.ts';
import { SyncError, toSyncError } from '../domain/errors.ts';
import { composeKeeping } from './composition/keep-ledger.ts';
import { lambdaFunction } from './lambda-function.ts';
import { keepingEvent } from './schema.ts';

/**
 * What the ledger needs from time to time: what waits in the outbox is appended and, where this stack is the one that
 * does so, people are told of what changed upstream, and the heads are kept elsewhere. One that fails stops none of the
 * others; then the function fails.
 */
export const handler = lambdaFunction({
  event: keepingEvent,
  compose: composeKeeping,
  metrics: { duration: 'KeepLedgerDuration' },
  async run(ports) {
    const failures: SyncError[] = [];
    const attempt = async <T>(work: () => Promise<T>): Promise<T | undefined> => {
      try {
        return await work();
      } catch (error) {
        failures.push(toSyncError(error));
        return undefined;
      }
    };
    const replayed = await attempt(() => replayOutbox(ports.outbox, ports.ledger));
    const { telling, archive, ledger, clock } = ports;
    const told = telling && (await attempt(() => tellUpstreamNews(telling)));
    const heads = archive && (await attempt(() => anchorHeads(ledger, archive, clock)));
    const result = { replayed: replayed ?? null, told: told ?? null, heads: heads ?? null };
    ports.report(result);
    const stays = replayed?.failed ?? [];
    if (stays.length > 0) {
      const named = stays.map(({ name, message }) => `${name}: ${message}`).join(' ');
      const what = `${ports.outbox.location} holds what the ledger cannot keep.`;
      failures.push(new SyncError('ArgumentsInvalid', `${what} ${named}`));
    }
    const [first] = failures;
    if (first !== undefined) throw first;
    return result;
  },
});
