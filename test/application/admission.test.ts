import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createFolderMirrorStore } from '../../src/adapters/folder/mirror-store.ts';
import { createNetworkMirror } from '../../src/adapters/network-mirror/network-mirror.ts';
import {
  approveVersion,
  recallVersions,
  unrecallVersions,
} from '../../src/application/admission/decisions.ts';
import { allLogs, createLedgerLog } from '../../src/application/ledger/ledger-log.ts';
import { planProviders } from '../../src/application/sync/plan-providers.ts';
import type { SyncPorts } from '../../src/application/sync/ports.ts';
import { syncProviders } from '../../src/application/sync/sync-providers.ts';
import { verifyProviders } from '../../src/application/verify/verify-providers.ts';
import { evidenceOf } from '../../src/domain/admission/evidence.ts';
import type { SyncConfig } from '../../src/domain/config/config.ts';
import { parseConfig } from '../../src/domain/config/parse-config.ts';
import { SyncError } from '../../src/domain/errors.ts';
import { parseConstraint } from '../../src/domain/provider/constraint.ts';
import { makeSampleRelease, type SampleRelease } from '../../src/embedded/sample-registry/make-release.ts';
import { makeSigningKey } from '../../src/embedded/sample-registry/signing-key.ts';
import { fakeReleaseOf } from '../fakes/fake-release.ts';
import { createFakeLedger, factsIn } from '../fakes/ledger.ts';
import { anvil, LINUX, type SyncWorld, syncWorld, versionOf } from '../support/sync-world.ts';
import { temporaryFolders } from '../support/temporary-folders.ts';

const ANVIL = { hostname: 'registry.terraform.io', namespace: 'acme', type: 'anvil' };
const STREAM = 'registry.terraform.io/acme/anvil';
const DAY = 86_400_000;
const START = Date.parse('2026-11-01T00:00:00Z');

const newFolder = temporaryFolders();
let releases: readonly SampleRelease[];
let recut: SampleRelease;
let world: SyncWorld;
let now: Date;
let ledger: ReturnType<typeof createFakeLedger>;
let ports: SyncPorts;
/** What the registry says of each version's publishing. */
let published: Record<string, Date>;
let mirrorFolder: string;

beforeAll(async () => {
  const key = await makeSigningKey({ name: 'Acme' });
  const make = (version: string) =>
    makeSampleRelease({ namespace: 'acme', type: 'anvil', version, platforms: [LINUX], key });
  releases = await Promise.all(['1.0.0', '1.1.0', '2.0.0'].map(make));
  recut = await makeSampleRelease({
    namespace: 'acme',
    type: 'anvil',
    version: '1.1.0',
    platforms: [LINUX, { os: 'linux', arch: 'arm64' }],
    key,
  });
});

beforeEach(async () => {
  world = await syncWorld(releases.slice(0, 2));
  now = new Date(START);
  published = {};
  const clock = { now: () => now, monotonic: () => now.getTime() };
  ledger = createFakeLedger(clock);
  mirrorFolder = await newFolder();
  const mirror = createNetworkMirror({ name: 'mirror', store: createFolderMirrorStore(mirrorFolder), clock });
  const [registry] = world.ports.destinations;
  if (registry === undefined) throw new Error('no destination');
  ports = {
    ...world.ports,
    publicRegistry: {
      ...world.publicRegistry,
      publishedAt: async (_address, version) => published[version.canonical],
    },
    destinations: [registry, mirror],
    destinationsNamed: true,
    stores: [registryStore(world), mirror],
    events: allLogs([world.reporter, createLedgerLog(ledger, clock)]),
    clock,
    ledger,
    admits: true,
  };
});

/** The fake private registry as cleanup sees it. */
function registryStore({ privateRegistry, ports: { destinations } }: SyncWorld) {
  return {
    name: destinations[0]?.name ?? '',
    kind: 'private-registry' as const,
    description: 'the organization',
    listProviders: async () => [],
    listVersions: ({ name }: { readonly name: string }) => privateRegistry.listVersions(name),
    deleteVersion: ({ name }: { readonly name: string }, text: string) =>
      privateRegistry.deleteVersion(name, text),
  };
}

function configWith(policy: Record<string, unknown> | undefined, version = 'latest'): SyncConfig {
  return parseConfig(JSON.stringify({ ...(policy && { policy }), providers: [anvil(version, [LINUX])] }));
}

const after = (days: number) => void (now = new Date(START + days * DAY));

async function sync(config: SyncConfig) {
  const result = await syncProviders(ports, config, { transfer: { sleep: async () => {} } });
  await ports.events.flush();
  const [provider] = result.providers;
  if (provider === undefined) throw new Error('no result');
  return { ...provider, ok: result.summary.ok };
}

async function plan(config: SyncConfig) {
  const result = await planProviders({ ...ports, admits: false }, config);
  await ports.events.flush();
  const [provider] = result.providers;
  if (provider === undefined) throw new Error('no result');
  return { ...provider, ok: result.summary.ok };
}

const inMirror = async () => {
  const text = await readFile(path.join(mirrorFolder, STREAM, 'index.json'), 'utf8').catch(
    () => '{"versions":{}}',
  );
  return Object.keys((JSON.parse(text) as { versions: object }).versions).toSorted();
};
const inRegistry = (version: string) =>
  world.privateRegistry.installablePlatforms('anvil', versionOf(version)).length > 0;

const SEVEN_DAYS = { 'minimum-age': '7d' };

describe('the minimum age', () => {
  it('holds everything that was never seen and is not dated, and takes it when its time has come', async () => {
    const held = await sync(configWith(SEVEN_DAYS));
    expect(held).toMatchObject({ outcome: 'held', version: '1.1.0', signedBy: null, ok: true });
    expect(held.passedOver).toMatchObject([
      { version: '1.1.0', outcome: 'held', until: '2026-11-08T00:00:00.000Z', rules: ['minimum-age'] },
      { version: '1.0.0', outcome: 'held' },
    ]);
    expect(await inMirror()).toEqual([]);
    after(6.9);
    expect(await sync(configWith(SEVEN_DAYS))).toMatchObject({ outcome: 'held' });
    after(7);
    expect(await sync(configWith(SEVEN_DAYS))).toMatchObject({
      outcome: 'published',
      version: '1.1.0',
      ok: true,
    });
    expect(await inMirror()).toEqual(['1.1.0']);
    expect(factsIn(ledger.all, 'version.admitted')).toMatchObject([{ version: '1.1.0', rule: 'old-enough' }]);
  });

  it('takes the newest that is old enough by the registry’s date on the first day, and says what it passes over', async () => {
    published = { '1.0.0': new Date(START - 30 * DAY), '1.1.0': new Date(START - DAY / 8) };
    const result = await sync(configWith(SEVEN_DAYS));
    expect(result).toMatchObject({ outcome: 'published', version: '1.0.0' });
    expect(result.passedOver?.map(({ text }) => text)).toEqual([
      '1.1.0 is held until 2026-11-07: 3 hours old, and 7d are asked for',
    ]);
    after(7);
    expect(await sync(configWith(SEVEN_DAYS))).toMatchObject({ outcome: 'published', version: '1.1.0' });
  });

  it('does not believe the registry’s date after the first day', async () => {
    await sync(configWith(SEVEN_DAYS));
    after(2);
    const [, , third] = releases;
    world.publicRegistry.add(await fakeReleaseOf(third as SampleRelease));
    published = { '2.0.0': new Date(START - 90 * DAY) };
    const result = await sync(configWith(SEVEN_DAYS, '2.0.0'));
    expect(result).toMatchObject({ outcome: 'held' });
    expect(result.passedOver).toMatchObject([{ until: '2026-11-10T00:00:00.000Z' }]);
  });

  it('counts from what a plan or a verify has seen, and from the newest though an older one is asked for', async () => {
    await plan(configWith(SEVEN_DAYS, '1.0.0'));
    expect(factsIn(ledger.all, 'version.sighted')).toMatchObject([
      { version: '1.0.0' },
      { version: '1.1.0' },
    ]);
    expect(factsIn(ledger.all, 'version.admitted')).toEqual([]);
    after(7);
    expect(await sync(configWith(SEVEN_DAYS))).toMatchObject({ outcome: 'published', version: '1.1.0' });
  });

  it('begins anew for a release that is cut again, and reports it', async () => {
    await sync(configWith(SEVEN_DAYS, '1.1.0'));
    after(8);
    world = await syncWorld([recut]);
    const cut = { ...ports, publicRegistry: { ...world.publicRegistry } };
    const { providers } = await syncProviders(cut, configWith(SEVEN_DAYS, '1.1.0'));
    expect(providers[0]).toMatchObject({
      outcome: 'held',
      passedOver: [{ until: '2026-11-16T00:00:00.000Z' }],
      remarks: [expect.stringContaining('cut again')],
    });
    await ports.events.flush();
    expect(factsIn(ledger.all, 'version.recut')).toHaveLength(1);
  });

  it('keeps taking what was taken before the policy asked for more', async () => {
    await sync(configWith(undefined));
    expect(await sync(configWith({ 'minimum-age': '52w' }))).toMatchObject({
      outcome: 'up-to-date',
      version: '1.1.0',
    });
  });

  it('fails where there is no ledger to count from', async () => {
    ports = { ...ports, ledger: undefined };
    expect(await sync(configWith(SEVEN_DAYS))).toMatchObject({
      outcome: 'failed',
      error: { code: 'SettingsInvalid', message: expect.stringContaining('minimum-age') },
    });
  });

  it('is no substitute for a signature', async () => {
    await sync(configWith(SEVEN_DAYS));
    await approve('1.1.0');
    world.publicRegistry.tamper(ANVIL, '1.1.0', { kind: 'bad-signature' });
    after(30);
    expect(await sync(configWith(SEVEN_DAYS))).toMatchObject({
      outcome: 'failed',
      error: { code: expect.stringMatching(/^Signature/) },
    });
    expect(await inMirror()).toEqual([]);
  });
});

const decided = { address: ANVIL, by: 'ann', reason: 'read the diff' };
const approve = (version: string) =>
  approveVersion(portsOfDecisions(), { ...decided, version: versionOf(version) });
const portsOfDecisions = () => ({ ledger, clock: ports.clock });

function constraint(text: string) {
  const parsed = parseConstraint(text);
  if ('problem' in parsed) throw new Error(parsed.problem);
  return parsed.constraint;
}

const recall = (versions: string, deletes = false) =>
  recallVersions(portsOfDecisions(), { ...decided, versions: constraint(versions), delete: deletes });

describe('an approval', () => {
  it('lets a version in that is held for its age or its line', async () => {
    await sync(configWith(undefined));
    world.publicRegistry.add(await fakeReleaseOf(releases[2] as SampleRelease));
    const policy = { ...SEVEN_DAYS, 'require-approval': 'major' };
    const before = await sync(configWith(policy));
    expect(before).toMatchObject({ outcome: 'up-to-date', version: '1.1.0' });
    expect(before.passedOver).toMatchObject([
      { version: '2.0.0', rules: ['approval', 'minimum-age'], until: null },
    ]);
    expect(await approve('2.0.0')).toMatchObject({ outcome: 'recorded' });
    expect(await approve('2.0.0')).toMatchObject({ outcome: 'stands' });
    expect(await sync(configWith(policy))).toMatchObject({ outcome: 'published', version: '2.0.0' });
    expect(factsIn(ledger.all, 'version.admitted').at(-1)).toMatchObject({ rule: 'approved', by: 'ann' });
  });

  it('is not for what nobody has seen', async () => {
    await expect(approve('9.0.0')).rejects.toMatchObject({ code: 'ArgumentsInvalid' });
  });
});

describe('a recall', () => {
  it('is taken out of mirrors by a sync, stays in a private registry, and is flagged by plan and verify', async () => {
    await sync(configWith(undefined, '1.0.0'));
    await sync(configWith(undefined));
    expect(await inMirror()).toEqual(['1.0.0', '1.1.0']);
    expect(await recall('1.1.0')).toBe('recorded');
    expect(await recall('1.1.0')).toBe('stands');
    const config = configWith(undefined);
    expect((await plan(config)).recalled).toMatchObject([
      { version: '1.1.0', action: 'none', done: false },
      { version: '1.1.0', destination: 'mirror', action: 'take-out', done: false },
    ]);
    expect(await inMirror()).toEqual(['1.0.0', '1.1.0']);
    const verified = await verifyProviders(ports, config);
    expect(verified.providers[0]).toMatchObject({ version: '1.0.0', outcome: 'differs' });
    expect(verified.providers[0]?.differences.map(({ what }) => what)).toEqual(['recalled', 'recalled']);
    const synced = await sync(config);
    expect(synced).toMatchObject({ version: '1.0.0', outcome: 'up-to-date' });
    expect(synced.passedOver).toMatchObject([{ version: '1.1.0', outcome: 'refused' }]);
    expect(synced.recalled).toMatchObject([{ action: 'none' }, { action: 'take-out', done: true }]);
    expect(await inMirror()).toEqual(['1.0.0']);
    expect(inRegistry('1.1.0')).toBe(true);
    const zips = await readFile(
      path.join(mirrorFolder, STREAM, 'terraform-provider-anvil_1.1.0_linux_amd64.zip'),
    );
    expect(zips.length).toBeGreaterThan(0);
    expect((await sync(config)).recalled).toMatchObject([{ action: 'none' }]);
  });

  it('deletes from a private registry when it says so', async () => {
    await sync(configWith(undefined));
    await recall('~> 1.1', true);
    await sync(configWith(undefined));
    expect(inRegistry('1.1.0')).toBe(false);
    expect(factsIn(ledger.all, 'version.taken-out')).toMatchObject([
      { version: '1.1.0', how: 'deleted' },
      { version: '1.1.0', destination: 'mirror', how: 'unlisted' },
    ]);
  });

  it('refuses an exact version, which is a failure of the run, also by the config alone and without a ledger', async () => {
    const policy = { recalled: [{ provider: 'acme/anvil', versions: '1.1.0', reason: 'leaks' }] };
    ports = { ...ports, ledger: undefined };
    const refused = await sync(configWith(policy, '1.1.0'));
    expect(refused).toMatchObject({ outcome: 'refused', version: '1.1.0', ok: false });
    expect(refused.passedOver?.[0]?.text).toBe('1.1.0 is refused: recalled, leaks');
    expect(await inMirror()).toEqual([]);
    expect(await sync(configWith(policy))).toMatchObject({
      outcome: 'published',
      version: '1.0.0',
      ok: true,
    });
  });

  it('is taken back, and the version arrives again', async () => {
    await sync(configWith(undefined));
    await recall('1.1.0');
    await sync(configWith(undefined));
    const unrecall = (versions: string) =>
      unrecallVersions(portsOfDecisions(), { ...decided, versions: constraint(versions) });
    await expect(unrecall('1.0.0')).rejects.toThrow(/"1.1.0": write one of these/);
    await unrecall('1.1.0');
    expect(await sync(configWith(undefined))).toMatchObject({ version: '1.1.0' });
    expect(await inMirror()).toEqual(['1.0.0', '1.1.0']);
  });

  it('is out of a mirror though the public registry is down', async () => {
    await sync(configWith(undefined));
    await recall('1.1.0');
    world.publicRegistry.tamper(ANVIL, '1.0.0', { kind: 'unavailable' });
    expect(await sync(configWith(undefined))).toMatchObject({ outcome: 'failed' });
    expect(await inMirror()).toEqual([]);
  });
});

describe('a version that its public registry lists no more', () => {
  it('is told of once', async () => {
    await sync(configWith(undefined));
    ports = {
      ...ports,
      publicRegistry: {
        ...ports.publicRegistry,
        listVersions: async (address) =>
          (await world.publicRegistry.listVersions(address)).filter(
            ({ version }) => version.canonical !== '1.1.0',
          ),
      },
    };
    const first = await sync(configWith(undefined));
    expect(first).toMatchObject({ version: '1.0.0', remarks: [expect.stringContaining('lists it no more')] });
    expect((await sync(configWith(undefined))).remarks).toEqual([]);
    const facts = ledger.all.filter(({ event }) => event.type.includes('gone-upstream'));
    expect(facts).toHaveLength(1);
  });
});

describe('a version that was delivered and is cut again upstream, though a newer one is asked for', () => {
  /** 1.1.0 stands at the destinations, and 2.0.0 is asked for by now; upstream, 1.1.0 is another. */
  const cutAgain = async () => {
    await sync(configWith(undefined));
    world = await syncWorld([...releases.slice(2), recut]);
    ports = { ...ports, publicRegistry: { ...world.publicRegistry } };
  };
  const again = expect.stringContaining('1.1.0 was cut again upstream');
  const recuts = () => factsIn(ledger.all, 'version.recut');

  it('is told of once by a sync, and admits nothing', async () => {
    await cutAgain();
    expect(await sync(configWith(undefined))).toMatchObject({ version: '2.0.0', remarks: [again] });
    expect(recuts()).toHaveLength(1);
    after(1);
    expect((await sync(configWith(undefined))).remarks).toEqual([]);
    expect(recuts()).toHaveLength(1);
    expect(factsIn(ledger.all, 'version.admitted')).toHaveLength(2);
  });

  it('is told of once by a verification', async () => {
    await cutAgain();
    const verify = async () => {
      const { providers } = await verifyProviders(ports, configWith(undefined));
      await ports.events.flush();
      return providers[0]?.remarks;
    };
    expect(await verify()).toEqual([again]);
    expect(await verify()).toEqual([]);
    expect(recuts()).toHaveLength(1);
  });
});

describe('the evidence of a version', () => {
  it('says when it was seen, who let it in, and where it went', async () => {
    await sync(configWith(SEVEN_DAYS));
    await approve('1.1.0');
    after(1);
    await sync(configWith(SEVEN_DAYS));
    await recall('1.1.0');
    await sync(configWith(SEVEN_DAYS));
    const evidence = evidenceOf(await ledger.read(STREAM), ANVIL, versionOf('1.1.0'));
    expect(evidence).toMatchObject({
      address: STREAM,
      releases: [
        {
          firstSeen: '2026-11-01T00:00:00.000Z',
          signedBy: releases[1]?.signingKeys[0]?.keyId,
          lastVerified: '2026-11-02T00:00:00.000Z',
          admitted: { rule: 'approved', by: 'ann', at: '2026-11-02T00:00:00.000Z' },
          approved: { by: 'ann', reason: 'read the diff', at: '2026-11-01T00:00:00.000Z' },
        },
      ],
      recalls: [{ versions: '1.1.0' }],
      packages: [{ platform: 'linux_amd64' }],
    });
    expect(evidence.releases[0]?.checks.map(({ check }) => check)).toContain('signature-over-shasums');
    expect(evidence.deliveries.map(({ destination, what }) => `${destination} ${what}`)).toEqual(
      expect.arrayContaining(['mirror published', 'mirror unlisted']),
    );
  });

  it('is kept the same by a run that only repeats another', async () => {
    await sync(configWith(undefined));
    await sync(configWith(undefined));
    const before = ledger.all.length;
    await sync(configWith(undefined));
    expect(ledger.all.length).toBe(before);
    expect(ledger.all.some(({ event }) => event.type.includes('conflict.v1'))).toBe(false);
  });
});

describe('a run that dies between making a version visible and telling of it', () => {
  const told = (type: string) =>
    ledger.all
      .filter(({ event }) => event.type === `provider-sync.version.${type}.v1`)
      .map(({ event }) => event.data as { readonly destination: string; readonly day: string });
  const destinations = (type: string) => told(type).map(({ destination }) => destination);
  /** What is left of it: what it kept at once, and the version. */
  const die = async () => {
    const living = ports;
    ports = { ...ports, events: world.reporter };
    await sync(configWith(undefined));
    ports = living;
  };

  it('is told by the next one, as of its own day', async () => {
    await die();
    expect(inRegistry('1.1.0')).toBe(true);
    expect(destinations('delivered')).toEqual([]);
    after(2);
    expect(await sync(configWith(undefined))).toMatchObject({ outcome: 'up-to-date' });
    const [registry = '', mirror = ''] = ports.destinations.map(({ name }) => name);
    expect(destinations('delivered').toSorted()).toEqual([registry, mirror].toSorted());
    expect(new Set(told('delivered').map(({ day }) => day))).toEqual(new Set(['2026-11-01']));
    expect(destinations('confirmed')).toEqual([]);
    after(3);
    await sync(configWith(undefined));
    expect(destinations('delivered')).toHaveLength(2);
    expect(destinations('confirmed').toSorted()).toEqual([registry, mirror].toSorted());
  });

  it('is the same fact when its own word was only on its way', async () => {
    const late = createFakeLedger(ports.clock);
    const living = ports;
    ports = { ...ports, events: createLedgerLog(late, ports.clock) };
    await sync(configWith(undefined));
    ports = living;
    await sync(configWith(undefined));
    const delivered = late.all.filter(({ event }) => event.type === 'provider-sync.version.delivered.v1');
    expect(delivered).toHaveLength(2);
    const { received: _received, ...event } = delivered[0]?.event ?? {};
    expect(await ledger.append([event as never])).toEqual(['duplicate']);
  });

  it('is told by nobody where its delivery came into the ledger before its intention', async () => {
    await sync(configWith(undefined));
    const intends = ({ event: { type } }: (typeof ledger.all)[number]) => type.includes('.intended.');
    const inOrder = [...ledger.all.filter((each) => !intends(each)), ...ledger.all.filter(intends)];
    ledger = createFakeLedger(ports.clock);
    for (const { event } of inOrder) {
      const { received: _received, ...sent } = event;
      await ledger.append([sent]);
    }
    ports = { ...ports, ledger, events: createLedgerLog(ledger, ports.clock) };
    await sync(configWith(undefined));
    expect(destinations('delivered')).toHaveLength(2);
    expect(destinations('confirmed')).toHaveLength(2);
  });

  it('leaves nothing to tell where the version did not become visible, until it does', async () => {
    const [registry, mirror] = ports.destinations;
    if (registry === undefined || mirror === undefined) throw new Error('no destinations');
    const broken = {
      ...mirror,
      begin: async (...given: Parameters<typeof mirror.begin>) => ({
        ...(await mirror.begin(...given)),
        commit: async () => {
          throw new SyncError('DestinationUnavailable', 'The disk is away.');
        },
      }),
    };
    ports = { ...ports, destinations: [registry, broken] };
    expect(await sync(configWith(undefined))).toMatchObject({ outcome: 'failed' });
    expect(destinations('intended')).toContain('mirror');
    expect(destinations('delivered')).toEqual([registry.name]);
    ports = { ...ports, destinations: [registry, mirror] };
    await sync(configWith(undefined));
    expect(destinations('delivered')).toEqual([registry.name, 'mirror']);
  });

  it('makes nothing visible while the ledger cannot keep that it is about to', async () => {
    const refusing = {
      ...ledger,
      append: async (events: Parameters<typeof ledger.append>[0]) => {
        if (events.some(({ type }) => type === 'provider-sync.version.intended.v1')) {
          throw new SyncError('ServiceUnavailable', 'The table takes nothing.');
        }
        return await ledger.append(events);
      },
    };
    ports = { ...ports, ledger: refusing };
    expect(await sync(configWith(undefined))).toMatchObject({ outcome: 'failed' });
    expect(inRegistry('1.1.0')).toBe(false);
    expect(await inMirror()).toEqual([]);
  });
});
