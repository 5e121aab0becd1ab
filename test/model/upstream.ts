import { createMessage, type PrivateKey, sign } from 'openpgp';
import type { Platform } from '../../src/domain/provider/platform.ts';
import { makeSampleRelease, type SampleRelease } from '../../src/embedded/sample-registry/make-release.ts';
import { contentsOf } from '../../src/embedded/sample-registry/package-contents.ts';
import type { SampleSigningKey } from '../../src/embedded/sample-registry/signing-key.ts';
import { viewLine } from '../support/client-lines.ts';
import { armorOf, keyIdOf, throwawayKey } from '../support/pgp/throwaway-keys.ts';
import { DARWIN, LINUX } from '../support/sync-world.ts';

const PLATFORMS: readonly Platform[] = [LINUX, DARWIN];
const VERSIONS = ['1.0.0', '1.1.0', '1.2.0', '2.0.0', '2.1.0', '3.0.0'];
const SIGNED_AT = new Date('2026-06-01T00:00:00Z');
const NAME = { namespace: 'acme', type: 'anvil' };

/** Made once for all histories: generating keys takes longer than a history. */
export interface PublisherKeys {
  readonly first: SampleSigningKey;
  /** The first key with a signing subkey beside it: the same id. */
  readonly renewed: SampleSigningKey;
  readonly rotated: SampleSigningKey;
}

export async function publisherKeys(): Promise<PublisherKeys> {
  const [first, rotated] = await Promise.all([rsaKey(), rsaKey()]);
  const renewed = await first.addSubkey({ sign: true, type: 'rsa', rsaBits: 2048, date: SIGNED_AT });
  return { first: signing(first), renewed: signing(renewed), rotated: signing(rotated) };
}

const rsaKey = () => throwawayKey({ type: 'rsa', rsaBits: 2048 });

function signing(key: PrivateKey): SampleSigningKey {
  return {
    keyId: keyIdOf(key),
    signingKeyId: keyIdOf(key.subkeys.at(-1) ?? key),
    asciiArmor: armorOf(key),
    sign: async (bytes) =>
      await sign({
        message: await createMessage({ binary: bytes }),
        signingKeys: key,
        detached: true,
        format: 'binary',
        date: SIGNED_AT,
      }),
  };
}

/** A publisher who does all that publishers do. `releases` is what its registry serves, changed in place. */
export interface Publisher {
  readonly releases: readonly SampleRelease[];
  /** Lines as of `viewLine` of everything that was ever published: all that may ever be installable. */
  readonly genuine: ReadonlySet<string>;
  /** True once a version was cut again or a key renewed: then a destination may rightly report a conflict. */
  readonly mayConflict: () => boolean;
  publish(): Promise<void>;
  withdraw(): void;
  cutAgain(): Promise<void>;
  useKey(which: keyof PublisherKeys): void;
}

export async function startPublisher(keys: PublisherKeys): Promise<Publisher> {
  const releases: SampleRelease[] = [];
  const genuine = new Set<string>();
  let key = keys.first;
  let cuts = 0;
  let mayConflict = false;
  let next = 0;
  const make = async (version: string, cut: number): Promise<SampleRelease> => {
    const release = await makeSampleRelease({
      ...NAME,
      version,
      platforms: PLATFORMS,
      key,
      contents: ({ os }) => contentsOf(Buffer.from(`${version} for ${os}, cut ${cut}. `.repeat(40))),
    });
    for (const pkg of release.packages) genuine.add(viewLine(version, pkg.platform, pkg.sha256));
    return release;
  };
  const publish = async (): Promise<void> => {
    const version = VERSIONS[next];
    if (version === undefined) return;
    next += 1;
    releases.push(await make(version, 0));
  };
  await publish();
  await publish();
  return {
    releases,
    genuine,
    mayConflict: () => mayConflict,
    publish,
    // The first stays, so that there is always something to wish for.
    withdraw: () => void (releases.length > 1 && releases.pop()),
    cutAgain: async () => {
      const last = releases.at(-1);
      if (last === undefined) return;
      cuts += 1;
      mayConflict = true;
      releases.splice(-1, 1, await make(last.version, cuts));
    },
    useKey: (which) => {
      key = keys[which];
      mayConflict ||= which === 'renewed';
    },
  };
}
