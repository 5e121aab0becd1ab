import { describe, expect, it } from 'vitest';
import { type LockOptions, lockProviders } from '../../../src/application/lock/lock-providers.ts';
import { SyncError } from '../../../src/domain/errors.ts';
import { formatPlatform } from '../../../src/domain/provider/platform.ts';
import { readLockFile } from '../../../src/domain/provider-lock/lock-file.ts';
import { interruptionOf } from '../../../src/domain/transfer/interruption.ts';
import type { LockEvidence } from '../../../src/ports/lock-evidence.ts';
import { digestOf } from '../../support/bundles.ts';
import { anvil, configOf, DARWIN, LINUX, versionOf, weather } from '../../support/sync-world.ts';

const ANVIL = 'registry.terraform.io/acme/anvil';
const ZIP = digestOf(Buffer.from('zip'));

/** A place that holds versions of every provider, by the platforms given for each. */
function place(name: string, held: Readonly<Record<string, readonly string[]>>, zip = ZIP) {
  const asked: string[] = [];
  const evidence: LockEvidence = {
    name,
    heldVersions: async () => {
      asked.push('versions');
      return Object.keys(held).map(versionOf);
    },
    read: async (_entry, version, platforms) => {
      asked.push(`${version.canonical} ${platforms.map(formatPlatform).join(' ')}`);
      const found = held[version.canonical] ?? [];
      return { zips: [zip], installed: new Map(found.map((each) => [each, `h1:${each}`])) };
    },
  };
  return { evidence, asked };
}

const OPTIONS: LockOptions = {
  file: undefined,
  only: undefined,
  platforms: undefined,
  aliases: () => [],
  upgrade: false,
};
const BOTH = ['linux_amd64', 'darwin_arm64'];

describe('where hashes are looked for', () => {
  it('is nowhere but in the mirrors while they have them', async () => {
    const other = place('hcp', { '1.1.0': BOTH });
    const ports = { mirrors: [place('mirror', { '1.1.0': BOTH }).evidence], others: [other.evidence] };
    const { providers } = await lockProviders(ports, configOf(anvil()), OPTIONS);
    expect(providers).toMatchObject([{ outcome: 'locked', version: '1.1.0', sources: ['mirror'] }]);
    expect(other.asked).toEqual([]);
  });

  it('is elsewhere for what the mirrors lack, and there for that alone', async () => {
    const other = place('hcp', { '1.1.0': BOTH });
    const ports = {
      mirrors: [place('mirror', { '1.1.0': ['linux_amd64'] }).evidence],
      others: [other.evidence],
    };
    const { providers, text } = await lockProviders(ports, configOf(anvil()), OPTIONS);
    expect(providers).toMatchObject([{ outcome: 'locked', sources: ['mirror', 'hcp'], platforms: BOTH }]);
    expect(other.asked).toEqual(['versions', '1.1.0 darwin_arm64']);
    expect(readLockFile(text ?? '').entries[0]?.hashes).toEqual([
      'h1:darwin_arm64',
      'h1:linux_amd64',
      `zh:${ZIP}`,
    ]);
  });

  it('is not where another release of the version lies', async () => {
    const other = place('hcp', { '1.1.0': BOTH }, digestOf(Buffer.from('other')));
    const ports = {
      mirrors: [place('mirror', { '1.1.0': ['linux_amd64'] }).evidence],
      others: [other.evidence],
    };
    const { providers } = await lockProviders(ports, configOf(anvil()), OPTIONS);
    expect(providers).toMatchObject([{ outcome: 'failed', error: { code: 'PlatformNotFound' } }]);
  });
});

describe('one provider’s failure', () => {
  it('stops no other, and leaves its entry as it is', async () => {
    const file = readLockFile(`provider "${ANVIL}" {\n  version = "0.9.0"\n}\n`);
    const mirror = place('mirror', { '3.0.0': BOTH }).evidence;
    const breaking: LockEvidence = {
      ...mirror,
      heldVersions: async (address) => {
        if (address.type === 'anvil') throw new SyncError('DestinationUnavailable', 'down');
        return await mirror.heldVersions(address);
      },
    };
    const { providers, text, summary } = await lockProviders(
      { mirrors: [breaking], others: [] },
      configOf(anvil(), weather()),
      { ...OPTIONS, file },
    );
    expect(providers.map(({ outcome, version }) => [outcome, version])).toEqual([
      ['failed', '0.9.0'],
      ['locked', '3.0.0'],
    ]);
    expect(summary).toEqual({ total: 2, ok: false });
    expect(text?.startsWith(file.text)).toBe(true);
  });
});

describe('a lock that a person breaks off', () => {
  it('is stopped where it was, and has failed nowhere', async () => {
    const mirror = place('mirror', { '1.1.0': BOTH, '3.0.0': BOTH }).evidence;
    const breaking: LockEvidence = {
      ...mirror,
      heldVersions: async (address) => {
        if (address.type === 'weather') throw interruptionOf(new Error('SIGINT'));
        return await mirror.heldVersions(address);
      },
    };
    const { providers, summary } = await lockProviders(
      { mirrors: [breaking], others: [] },
      configOf(anvil(), weather()),
      OPTIONS,
    );
    expect(providers.map(({ outcome }) => outcome)).toEqual(['locked', 'stopped']);
    expect(summary).toEqual({ total: 2, ok: false });
  });
});

describe('what is locked', () => {
  const ports = () => ({ mirrors: [place('mirror', { '1.0.0': BOTH, '1.1.0': BOTH }).evidence], others: [] });

  it('is nothing that the module does not require', async () => {
    const { providers, text } = await lockProviders(ports(), configOf(anvil()), {
      ...OPTIONS,
      only: new Set(['registry.terraform.io/acme/other']),
    });
    expect({ providers, text }).toEqual({ providers: [], text: undefined });
  });

  it('has the other addresses of a provider beside its own', async () => {
    const { text } = await lockProviders(ports(), configOf(anvil()), {
      ...OPTIONS,
      aliases: () => ['app.terraform.io/org/anvil'],
    });
    expect(readLockFile(text ?? '').entries.map(({ address }) => address)).toEqual([
      'app.terraform.io/org/anvil',
      ANVIL,
    ]);
  });

  it('is the newest of all that the config asks for, and asks for the platforms of all', async () => {
    const config = configOf(anvil('1.0.0', [LINUX]), anvil('~> 1.0', [DARWIN]));
    const { providers } = await lockProviders(ports(), config, OPTIONS);
    expect(providers).toMatchObject([{ version: '1.1.0', platforms: BOTH }]);
  });

  it('says where a zip allows no hash of its own', async () => {
    const mirror = place('mirror', { '1.1.0': BOTH });
    const odd: LockEvidence = {
      ...mirror.evidence,
      read: async () => ({ zips: [ZIP], installed: new Map(BOTH.map((each) => [each, undefined])) }),
    };
    const { providers, text } = await lockProviders(
      { mirrors: [odd], others: [] },
      configOf(anvil('1.1.0', [LINUX])),
      OPTIONS,
    );
    expect(providers[0]?.remarks).toEqual([expect.stringContaining('linux_amd64 allows no h1')]);
    expect(readLockFile(text ?? '').entries[0]?.hashes).toEqual([`zh:${ZIP}`]);
  });
});
