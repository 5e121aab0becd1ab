import type { Platform } from '../../domain/provider/platform.ts';
import { makeSampleRelease, type SampleRelease, type SampleReleaseInput } from './make-release.ts';
import { makeSigningKey } from './signing-key.ts';

const LINUX: readonly Platform[] = [
  { os: 'linux', arch: 'amd64' },
  { os: 'linux', arch: 'arm64' },
];
const WITHOUT_APPLE_SILICON: readonly Platform[] = [
  ...LINUX,
  { os: 'darwin', arch: 'amd64' },
  { os: 'windows', arch: 'amd64' },
];
const EVERYWHERE: readonly Platform[] = [...WITHOUT_APPLE_SILICON, { os: 'darwin', arch: 'arm64' }];

/**
 * What the sample public registry offers: three publishers, each with an RSA key of its own, made anew each time.
 *
 * - `acme/anvil` 1.0.0, 1.1.0, 1.2.0 and the prerelease 2.0.0-beta1
 * - `acme/rocket` 0.9.0 (no darwin_arm64) and 1.0.0, protocol 6.0
 * - `globex/weather` 3.1.0 and 3.2.0, signed by a subkey, links absolute
 * - `initech/stapler` 0.4.2, protocols 4.0 and 5.1
 */
export async function sampleReleases(): Promise<readonly SampleRelease[]> {
  const [acme, globex, initech] = await Promise.all([
    makeSigningKey({ name: 'Acme Releases' }),
    makeSigningKey({ name: 'Globex Releases', signingSubkey: true }),
    makeSigningKey({ name: 'Initech Releases' }),
  ]);
  const anvil = { namespace: 'acme', type: 'anvil', key: acme, platforms: EVERYWHERE } as const;
  const rocket = { namespace: 'acme', type: 'rocket', key: acme, protocols: ['6.0'] } as const;
  const weather = {
    namespace: 'globex',
    type: 'weather',
    key: globex,
    platforms: EVERYWHERE,
    urls: 'absolute',
  } as const;
  const stapler = { namespace: 'initech', type: 'stapler', key: initech, platforms: EVERYWHERE } as const;
  const inputs: readonly SampleReleaseInput[] = [
    { ...anvil, version: '1.0.0' },
    { ...anvil, version: '1.1.0' },
    { ...anvil, version: '1.2.0' },
    { ...anvil, version: '2.0.0-beta1' },
    { ...rocket, version: '0.9.0', platforms: WITHOUT_APPLE_SILICON },
    { ...rocket, version: '1.0.0', platforms: EVERYWHERE },
    { ...weather, version: '3.1.0' },
    { ...weather, version: '3.2.0' },
    { ...stapler, version: '0.4.2', protocols: ['4.0', '5.1'] },
  ];
  return Promise.all(inputs.map(makeSampleRelease));
}
