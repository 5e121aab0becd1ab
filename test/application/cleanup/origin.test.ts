import { describe, expect, it } from 'vitest';
import { SyncError } from '../../../src/domain/errors.ts';
import { makeSigningKey } from '../../../src/embedded/sample-registry/signing-key.ts';
import { exactly } from '../../domain/retention/listings.ts';
import { ACME, AWS, available, cleanupWorld, configFor, entry, packageOf, seed } from './world.ts';

const INHOUSE = await makeSigningKey({ name: 'In-house' });
const RENEWED = await makeSigningKey({ name: 'Acme, renewed', signingSubkey: true });

/** A public registry that lists `versions`, each signed by the keys `keysOf` gives; it remembers what it was asked. */
function worldWith(
  versions: readonly string[],
  keysOf: (version: string) => ReturnType<typeof packageOf> | SyncError,
) {
  const world = cleanupWorld();
  const asked: string[] = [];
  world.ports.publicRegistry = {
    listVersions: async () => {
      asked.push('versions');
      return available(versions);
    },
    readPackage: async (_address, { text }) => {
      asked.push(text);
      const answer = keysOf(text);
      if (answer instanceof SyncError) throw answer;
      return answer;
    },
  };
  return { ...world, asked };
}

describe('a version in a private registry', () => {
  it('is never pruned for a config entry of the same name when the synchronizer did not bring it', async () => {
    const { registry, present, clean } = worldWith(['1.0.0', '9.0.0-rc1'], () => packageOf());
    seed(registry, 'aws', AWS, INHOUSE.keyId);
    const result = await clean({ keep: 1 });
    expect(result).toMatchObject({ ok: true, versionsDeleted: 0 });
    expect(present('aws')).toEqual(AWS);
    const kept = result.providers[0]?.kept.find(({ version }) => version === '2.0.0');
    expect(kept).toEqual({
      version: '2.0.0',
      reason: 'origin-unknown',
      detail: expect.stringContaining(
        `its signing key ${INHOUSE.keyId} is none that the public registry lists`,
      ),
    });
  });

  it('costs one request when the newest version has the key that it names', async () => {
    const { registry, clean, asked } = worldWith(['1.0.0', '9.0.0-rc1', '3.0.0'], () => packageOf());
    seed(registry, 'aws', AWS);
    expect(await clean({ keep: 1 })).toMatchObject({ versionsDeleted: 4 });
    expect(asked).toEqual(['versions', '9.0.0-rc1']);
  });

  it('costs one more for a key that the newest no longer has', async () => {
    const { registry, present, clean, asked } = worldWith(['1.1.0', '3.0.0'], (version) =>
      version === '3.0.0' ? packageOf(RENEWED) : packageOf(ACME),
    );
    seed(registry, 'aws', AWS);
    await clean({ keep: 1 });
    expect(present('aws')).toEqual(['3.0.0']);
    expect(asked).toEqual(['versions', '3.0.0', '1.1.0']);
  });

  it('stays when its key was never listed, or by its claimed id alone', async () => {
    const { registry, present, clean } = worldWith(['1.1.0', '3.0.0'], () => packageOf(RENEWED));
    // A subkey's id is not what a private registry calls the key.
    seed(registry, 'aws', ['1.0.0', '2.0.0'], RENEWED.signingKeyId);
    seed(registry, 'null', ['1.0.0', '2.0.0'], '0123456789ABCDEF');
    expect(await clean({ keep: 1 })).toMatchObject({ ok: true, versionsDeleted: 0 });
    expect(present('aws')).toEqual(['1.0.0', '2.0.0']);
    expect(present('null')).toEqual(['1.0.0', '2.0.0']);
  });

  it('stays when the public registry no longer has the package, or lists a key that cannot be read', async () => {
    const gone = new SyncError('PlatformNotFound', 'It has no such package.');
    const { registry, clean } = worldWith(['3.0.0'], () => gone);
    seed(registry, 'aws', AWS);
    expect(await clean({ keep: 1 })).toMatchObject({ ok: true, versionsDeleted: 0 });
    const broken = worldWith(['3.0.0'], () => packageOf({ ...ACME, asciiArmor: 'nonsense' }));
    seed(broken.registry, 'aws', AWS);
    expect(await broken.clean({ keep: 1 })).toMatchObject({ ok: true, versionsDeleted: 0 });
  });

  it('is an error of its provider when that cannot be found out', async () => {
    const { registry, present, clean } = worldWith(
      ['3.0.0'],
      () => new SyncError('UpstreamUnavailable', 'No answer.'),
    );
    seed(registry, 'aws', AWS);
    const result = await clean({ keep: 1 });
    expect(result.ok).toBe(false);
    expect(result.providers[0]?.error).toMatchObject({ code: 'UpstreamUnavailable' });
    expect(present('aws')).toEqual(AWS);
  });

  it('needs no request when nothing would be deleted, nor in scope all', async () => {
    const { registry, present, clean, asked } = worldWith([], () => packageOf(RENEWED));
    seed(registry, 'aws', AWS, INHOUSE.keyId);
    const config = configFor(entry('aws', { requested: exactly('3.0.0') }));
    await clean({ keep: 10 }, { config });
    await clean({ keep: 1, scope: 'all' }, { config });
    expect(asked).toEqual([]);
    expect(present('aws')).toEqual(['3.0.0']);
  });
});
