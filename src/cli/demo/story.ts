import { planProviders } from '../../application/sync/plan-providers.ts';
import type { ProviderOutcome, RunResult } from '../../application/sync/results.ts';
import { syncProviders } from '../../application/sync/sync-providers.ts';
import { verifyProviders } from '../../application/verify/verify-providers.ts';
import type { Invocation } from '../command-spec.ts';
import { runUseCase } from '../commands/provider-run.ts';
import { RUN_RESULT } from '../render/run-result.ts';
import type { Canvas } from '../render/table.ts';
import { VERIFY_RESULT } from '../render/verify-result.ts';
import { admissionScenes } from './admission-scenes.ts';
import { playCatalogue } from './catalogue-scene.ts';
import { playLock, playMirrorInstall, playRegistryInstall } from './installs.ts';
import { type Meaning, type SceneOutcome, sayWhether } from './scene.ts';
import type { DemoStage } from './stage.ts';

/** One thing the demo shows. */
export interface Scene {
  readonly title: string;
  /** The command a person would type; nothing when there is no one command. */
  readonly command?: string;
  readonly introduction: string;
  readonly play: () => Promise<SceneOutcome>;
}

/** The whole story, in order; each scene builds on the ones before it. */
export function scenesOf(invocation: Invocation, stage: DemoStage): readonly Scene[] {
  const canvas = { columns: Math.min(invocation.io.stdout.columns, 100), color: invocation.io.stdout.color };
  const args = `config.json --registry ${stage.publicUrl}`;
  return [
    {
      title: 'Plan',
      command: `provider-sync plan ${args}`,
      introduction: 'What would a sync do? The registries and the mirror are read, nothing is changed.',
      play: () => playRun(runUseCase(invocation, stage.settings, planProviders), canvas, 'publish', PLAN),
    },
    {
      title: 'Sync',
      command: `provider-sync sync ${args}`,
      introduction:
        'Every package is downloaded once and goes to both in one stream, its digest checked before its last bytes are sent.',
      play: () => playSync(invocation, stage, canvas),
    },
    {
      title: 'Sync again',
      command: `provider-sync sync ${args}`,
      introduction: 'A second run finds everything in place.',
      play: () => playSecondSync(invocation, stage, canvas),
    },
    {
      title: 'Verify',
      command: `provider-sync verify ${args} --deep`,
      introduction: 'What do they really hold? Every stored package is read back and hashed.',
      play: () => playVerify(invocation, stage, canvas),
    },
    {
      title: 'Install from the private registry',
      command: 'terraform init',
      introduction: 'Terraform itself installs the providers under the organization’s names.',
      play: () => playRegistryInstall(invocation, stage),
    },
    {
      title: 'Install under the original names',
      command: 'provider-sync serve --mirror mirror --tls   and   terraform init',
      introduction:
        'An unmodified module asks for acme/anvil. The mirror answers; the public registry is out of reach.',
      play: () => playMirrorInstall(invocation, stage),
    },
    {
      title: 'One lock file for every platform',
      command: 'provider-sync lock config.json',
      introduction:
        'Taken from the mirror: every platform’s hashes, so that nobody runs "terraform providers lock".',
      play: () => playLock(invocation, stage),
    },
    ...admissionScenes(invocation, stage, canvas),
    {
      title: 'Look it up',
      command: `provider-sync catalogue ${args} --to mirror/catalogue`,
      introduction:
        'Pages for people, beside the mirror. With "catalogue": true in the config, every sync that changed something writes them.',
      play: () => playCatalogue(invocation, stage),
    },
  ];
}

const PLAN: Meaning = {
  asTold: 'All three are new to both destinations, and every release’s signature is good.',
  otherwise: 'Every provider should have been planned for publishing.',
};
const SYNC: Meaning = {
  asTold: 'All three arrived at both, whole and verified, and no package was downloaded twice.',
  otherwise: 'Every provider should have been published from one download a package.',
};
const AGAIN: Meaning = {
  asTold: 'Nothing to do: no package left the public registry, and nothing was asked to change.',
  otherwise: 'Every provider should have been up to date, and nothing sent.',
};

async function playRun(
  running: Promise<RunResult>,
  canvas: Canvas,
  expected: ProviderOutcome,
  meaning: Meaning,
): Promise<SceneOutcome> {
  const result = await running;
  const asTold = result.providers.every(({ outcome }) => outcome === expected);
  return { shown: RUN_RESULT.whole(result, canvas), meaning: sayWhether(asTold, meaning), asTold };
}

/** One download a package, whatever the number of destinations. */
async function playSync(invocation: Invocation, stage: DemoStage, canvas: Canvas): Promise<SceneOutcome> {
  const running = runUseCase(invocation, stage.settings, syncProviders);
  const outcome = await playRun(running, canvas, 'published', SYNC);
  const packages = stage.settings.config.providers.flatMap(({ platforms }) => platforms).length;
  const asTold = outcome.asTold && stage.traffic().downloads === packages;
  return { ...outcome, meaning: sayWhether(asTold, SYNC), asTold };
}

/** What the outcomes say is held against what the servers saw. */
async function playSecondSync(
  invocation: Invocation,
  stage: DemoStage,
  canvas: Canvas,
): Promise<SceneOutcome> {
  const before = stage.traffic();
  const running = runUseCase(invocation, stage.settings, syncProviders);
  const outcome = await playRun(running, canvas, 'up-to-date', AGAIN);
  const after = stage.traffic();
  const untouched = before.downloads === after.downloads && before.changes === after.changes;
  const asTold = outcome.asTold && untouched;
  return { ...outcome, meaning: sayWhether(asTold, AGAIN), asTold };
}

async function playVerify(invocation: Invocation, stage: DemoStage, canvas: Canvas): Promise<SceneOutcome> {
  const result = await runUseCase(invocation, stage.settings, (ports, config, options) =>
    verifyProviders(ports, config, { ...options, deep: true }),
  );
  const asTold = result.summary.ok;
  const meaning = sayWhether(asTold, {
    asTold: 'The stored files are byte for byte what their publishers signed.',
    otherwise: 'Everything should have been equal to upstream.',
  });
  return { shown: VERIFY_RESULT.whole(result, canvas), meaning, asTold };
}
