import { describe, expect, it } from 'vitest';
import { syncProviders } from '../../src/application/sync/sync-providers.ts';
import { verifyProviders } from '../../src/application/verify/verify-providers.ts';
import { SyncError } from '../../src/domain/errors.ts';
import type { ByteSource } from '../../src/ports/bytes.ts';
import type { Destination } from '../../src/ports/destination.ts';
import { anvil, configOf, DARWIN, freshWorld, LINUX } from '../support/sync-world.ts';

const world = freshWorld();
const CONFIG = configOf(anvil('1.1.0', [LINUX, DARWIN]));
const PATIENT = { sleep: async () => {}, limits: { resumes: 2, restarts: 1 } };

const reset = () => new SyncError('DestinationUnavailable', 'The connection was cut.');

/** A deep verify after a sync, with every stored file read through `spoil`. */
async function deepVerify(spoil: (source: ByteSource, filename: string) => ByteSource) {
  await syncProviders(world.ports, CONFIG);
  const [registry] = world.ports.destinations as [Destination];
  const destination: Destination = {
    ...registry,
    storedFile: (release, file) => spoil(registry.storedFile(release, file), file.filename),
  };
  const ports = { ...world.ports, destinations: [destination] };
  const { providers } = await verifyProviders(ports, CONFIG, { deep: true, transfer: PATIENT });
  return providers[0];
}

/** Cuts the first `cuts` reads in the middle. */
function cut(source: ByteSource, cuts: number, offsets: number[]): ByteSource {
  let left = cuts;
  return {
    ...source,
    open: async (resume) => {
      const opened = await source.open(resume);
      offsets.push(opened.offset);
      if (left === 0) return opened;
      left -= 1;
      const half = Math.ceil(((opened.size ?? 0) - opened.offset) / 2);
      return {
        ...opened,
        body: (async function* () {
          for await (const chunk of opened.body) {
            yield chunk.subarray(0, half);
            throw reset();
          }
        })(),
      };
    },
  };
}

describe('a deep verify', () => {
  it('goes on where a read was cut, and is as sure as of one that was not', async () => {
    const offsets: number[] = [];
    const provider = await deepVerify((source, filename) =>
      filename.includes('linux') ? cut(source, 2, offsets) : source,
    );
    expect(provider).toMatchObject({ outcome: 'verified', differences: [] });
    expect(offsets).toHaveLength(3);
    expect(offsets[2]).toBeGreaterThan(offsets[1] ?? 0);
  });

  it('ends patiently tried reads as failed, and keeps what it found elsewhere', async () => {
    const provider = await deepVerify((source, filename) =>
      filename.includes('linux')
        ? {
            ...source,
            open: async () => {
              throw reset();
            },
          }
        : {
            ...source,
            open: async () => ({
              size: 5,
              etag: undefined,
              offset: 0,
              body: (async function* () {
                yield Buffer.from('wrong');
              })(),
            }),
          },
    );
    expect(provider).toMatchObject({
      outcome: 'failed',
      error: { code: 'DestinationUnavailable' },
      differences: [
        { what: 'read-failed', platform: 'linux_amd64' },
        { what: 'package-digest', platform: 'darwin_arm64' },
      ],
    });
  });
});
