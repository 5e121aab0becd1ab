import { cleanupOldVersions } from '../../src/application/cleanup/cleanup-old-versions.ts';
import type { RunResult } from '../../src/application/sync/results.ts';
import { syncProviders } from '../../src/application/sync/sync-providers.ts';
import type { SyncConfig } from '../../src/domain/config/config.ts';
import { parseConfig } from '../../src/domain/config/parse-config.ts';
import { isSyncError } from '../../src/domain/errors.ts';
import { formatPlatform } from '../../src/domain/provider/platform.ts';
import { DEFAULT_RETENTION_POLICY } from '../../src/domain/retention/policy.ts';
import { viewLine } from '../support/client-lines.ts';
import { DARWIN, LINUX } from '../support/sync-world.ts';
import type { ConfigName, Step, Trouble } from './steps.ts';
import type { ModelWorld } from './world.ts';

const DESTINATIONS = [
  { name: 'registry', kind: 'private-registry' },
  { name: 'mirror', kind: 'network-mirror', location: './mirror' },
];

const entry = (version: string, platforms = [LINUX, DARWIN]) => ({
  provider: 'anvil',
  namespace: 'acme',
  version,
  platforms,
});

const CONFIGS: Readonly<Record<ConfigName, readonly object[]>> = {
  latest: [entry('latest')],
  exact: [entry('1.0.0', [LINUX])],
  constraint: [entry('~> 1.0')],
  'two versions': [entry('1.0.0'), entry('latest', [LINUX])],
};

const configOf = (name: ConfigName): SyncConfig =>
  parseConfig(JSON.stringify({ destinations: DESTINATIONS, providers: CONFIGS[name] }));

/** A history under way, with what must hold after each of its steps. */
export interface Play {
  /** Carries a step out; throws a Violation. */
  take(step: Step): Promise<void>;
  /** Faults are over: one more sync reaches the wish. Throws a Violation. */
  settle(config: ConfigName): Promise<void>;
}

/** Something that must never be seen. */
class Violation extends Error {
  override readonly name = 'Violation';
}

export function startPlay(world: ModelWorld): Play {
  // A run that died may have brought all of its wish; a later run's index then lists it.
  const seen = new Set<ConfigName>();
  return {
    take: async (step) => {
      const before = await world.views();
      await carryOut(world, step);
      world.upstream.clearFaults();
      world.destination.clearFaults();
      for (const config of configsOf(step)) seen.add(config);
      await judge(world, before, step, seen);
    },
    settle: async (config) => {
      world.setToken('restored');
      const before = await world.views();
      const result = await syncProviders(world.process({ patient: true }), configOf(config), QUICK);
      seen.add(config);
      await judge(world, before, { kind: 'sync', config, trouble: { kind: 'none' } }, seen);
      await judgeSettled(world, config, result);
    },
  };
}

const QUICK = { transfer: { sleep: async () => {} }, togetherMs: 300 } as const;

async function carryOut(world: ModelWorld, step: Step): Promise<void> {
  switch (step.kind) {
    case 'sync':
      await sync(world, step.config, step.trouble);
      return;
    case 'two syncs':
      await Promise.all(step.configs.map((config) => sync(world, config, { kind: 'none' })));
      return;
    case 'cleanup':
      await cleanup(world, step.config, step.keep, step.trouble);
      return;
    case 'sync beside cleanup':
      await Promise.all([
        sync(world, step.config, { kind: 'none' }),
        cleanup(world, step.config, step.keep, { kind: 'none' }),
      ]);
      return;
    case 'token':
      return world.setToken(step.state);
    case 'clock':
      return world.turnClock(step.days);
    case 'upstream':
      return await changeUpstream(world, step.change);
  }
}

async function changeUpstream(
  { publisher }: ModelWorld,
  change: Extract<Step, { kind: 'upstream' }>['change'],
): Promise<void> {
  if (change === 'publish') await publisher.publish();
  else if (change === 'withdraw') publisher.withdraw();
  else if (change === 'cut again') await publisher.cutAgain();
  else publisher.useKey(change === 'renew key' ? 'renewed' : 'rotated');
}

async function sync(world: ModelWorld, config: ConfigName, trouble: Trouble): Promise<void> {
  arm(world, trouble);
  await syncProviders(
    world.process({ dieAfter: dieAfterOf(trouble), patient: false }),
    configOf(config),
    QUICK,
  );
}

function arm(world: ModelWorld, trouble: Trouble): void {
  if (trouble.kind === 'harm') world[trouble.side].addFaults(trouble.fault);
}

const dieAfterOf = (trouble: Trouble) => (trouble.kind === 'dies' ? trouble.at : undefined);

async function cleanup(world: ModelWorld, config: ConfigName, keep: number, trouble: Trouble): Promise<void> {
  arm(world, trouble);
  const ports = world.process({ dieAfter: dieAfterOf(trouble), patient: false });
  const policy = { ...DEFAULT_RETENTION_POLICY, keep, brake: { maxShare: 1, maxCount: 1000 } };
  try {
    await cleanupOldVersions(ports, { config: configOf(config), policy, dryRun: false });
  } catch (error) {
    // A run that says what stopped it is a run that may be stopped.
    if (!isSyncError(error) || error.code === 'InternalError') throw error;
  }
}

type Views = Awaited<ReturnType<ModelWorld['views']>>;

const deletes = ({ kind }: Step) => kind === 'cleanup' || kind === 'sync beside cleanup';

/** After every step, whatever failed. */
async function judge(
  world: ModelWorld,
  before: Views,
  step: Step,
  seen: ReadonlySet<ConfigName>,
): Promise<void> {
  const after = await world.views();
  for (const name of ['registry', 'mirror'] as const) {
    for (const line of after[name]) {
      if (!world.publisher.genuine.has(line))
        throw new Violation(`${name} serves what nobody published: ${line}`);
    }
    const gone = before[name].filter((line) => !after[name].includes(line));
    const altered = gone.filter((line) => after[name].some((other) => samePackage(line, other)));
    if (altered.length > 0) throw new Violation(`${name}: altered ${altered.join(', ')}`);
    if (gone.length > 0 && !deletes(step)) throw new Violation(`${name}: lost ${gone.join(', ')}`);
    judgeNew(name, before[name], after[name], seen);
    if (gone.length > 0 && 'config' in step) judgeDeleted(world, name, step.config, gone, after[name]);
  }
}

function configsOf(step: Step): readonly ConfigName[] {
  if ('configs' in step) return step.configs;
  return 'config' in step ? [step.config] : [];
}

/** A version appears whole: with all the platforms that some entry of the configs so far asks for. */
function judgeNew(
  name: string,
  before: readonly string[],
  after: readonly string[],
  configs: ReadonlySet<ConfigName>,
): void {
  const wishes = [...configs].flatMap((each) => configOf(each).providers.map(({ platforms }) => platforms));
  const shown = Map.groupBy(after, versionIn);
  for (const [version, lines] of shown) {
    if (before.some((line) => versionIn(line) === version)) continue;
    const platforms = new Set(lines.map((line) => line.split(' ')[1]));
    const whole = wishes.some((wish) => wish.every((each) => platforms.has(formatPlatform(each))));
    if (!whole) throw new Violation(`${name}: ${version} appeared with ${[...platforms].join(', ')} alone`);
  }
}

const versionIn = (line: string) => line.split(' ')[0] ?? '';

const samePackage = (a: string, b: string) =>
  a.slice(0, a.lastIndexOf(' ')) === b.slice(0, b.lastIndexOf(' '));

/** Nothing that the config wants goes, and something is always left. */
function judgeDeleted(
  world: ModelWorld,
  name: string,
  config: ConfigName,
  gone: readonly string[],
  left: readonly string[],
): void {
  const wanted = wantedVersions(world, config);
  const lost = gone.filter((line) => wanted.has(versionIn(line)));
  if (lost.length > 0) throw new Violation(`${name}: deleted although wanted: ${lost.join(', ')}`);
  if (left.length === 0) throw new Violation(`${name}: nothing is left after deleting ${gone.join(', ')}`);
}

function wantedVersions({ publisher }: ModelWorld, config: ConfigName): ReadonlySet<string> {
  const offered = publisher.releases.map(({ version }) => version);
  const newest = (among: readonly string[]) => among.at(-1) ?? '';
  const wanted: Readonly<Record<ConfigName, readonly string[]>> = {
    latest: [newest(offered)],
    exact: ['1.0.0'],
    constraint: [newest(offered.filter((version) => version.startsWith('1.')))],
    'two versions': ['1.0.0', newest(offered)],
  };
  return new Set(wanted[config]);
}

/** Without faults one sync is enough: what is said is so, and what is wished for is there. */
async function judgeSettled(world: ModelWorld, config: ConfigName, result: RunResult): Promise<void> {
  const views = await world.views();
  for (const provider of result.providers) {
    for (const { name, outcome, error } of provider.destinations ?? []) {
      const view = views[name as keyof Views];
      const about = `${name}, ${config}: ${outcome}${error === undefined ? '' : ` (${error.code}: ${error.message})`}`;
      if (outcome === 'conflict' && world.publisher.mayConflict()) continue;
      if (!['published', 'completed', 'up-to-date'].includes(outcome)) throw new Violation(about);
      const release = world.publisher.releases.find(({ version }) => version === provider.version);
      const wanted = provider.platforms.map(({ os, arch }) => {
        const pkg = release?.packages.find(({ platform }) => platform.os === os && platform.arch === arch);
        return viewLine(provider.version ?? '', { os, arch }, pkg?.sha256 ?? '');
      });
      const missing = wanted.filter((line) => !view.includes(line));
      if (missing.length > 0) throw new Violation(`${about}, but no client finds ${missing.join(', ')}`);
    }
  }
}
