import { join } from 'node:path';
import { planProviders } from '../../application/sync/plan-providers.ts';
import type { ProviderOutcome, RunResult } from '../../application/sync/results.ts';
import { syncProviders } from '../../application/sync/sync-providers.ts';
import { verifyProviders } from '../../application/verify/verify-providers.ts';
import type { Invocation } from '../command-spec.ts';
import { runUseCase } from '../commands/provider-run.ts';
import { RUN_RESULT } from '../render/run-result.ts';
import type { Canvas } from '../render/table.ts';
import { VERIFY_RESULT } from '../render/verify-result.ts';
import { embeddedSource } from '../terraform-settings.ts';
import type { DemoStage } from './stage.ts';
import { findTerraform } from './terraform.ts';

/** One thing the demo shows. */
export interface Scene {
  readonly title: string;
  /** The command a person would type; nothing when there is no one command. */
  readonly command?: string;
  readonly introduction: string;
  readonly play: () => Promise<SceneOutcome>;
}

interface SceneOutcome {
  /** What there is to see. */
  readonly shown: string;
  /** One sentence: what it means, or what should have been. */
  readonly meaning: string;
  readonly asTold: boolean;
}

/** The whole story, in order; each scene builds on the ones before it. */
export function scenesOf(invocation: Invocation, stage: DemoStage): readonly Scene[] {
  const canvas = { columns: Math.min(invocation.io.stdout.columns, 100), color: invocation.io.stdout.color };
  const args = `config.json --registry ${stage.publicUrl}`;
  return [
    {
      title: 'Plan',
      command: `provider-sync plan ${args}`,
      introduction: 'What would a sync do? Both registries are read, nothing is changed.',
      play: () => playRun(runUseCase(invocation, stage.settings, planProviders), canvas, 'publish', PLAN),
    },
    {
      title: 'Sync',
      command: `provider-sync sync ${args}`,
      introduction:
        'Every package goes across in one stream, its digest checked before its last bytes are sent.',
      play: () => playRun(runUseCase(invocation, stage.settings, syncProviders), canvas, 'published', SYNC),
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
      introduction:
        'What does the private registry really hold? Every stored package is read back and hashed.',
      play: () => playVerify(invocation, stage, canvas),
    },
    {
      title: 'Install',
      command: 'terraform init',
      introduction: 'Terraform itself installs the providers from the private registry.',
      play: () => playInstall(invocation, stage),
    },
  ];
}

interface Meaning {
  readonly asTold: string;
  readonly otherwise: string;
}

const PLAN: Meaning = {
  asTold: 'All three are new to the private registry, and every release’s signature is good.',
  otherwise: 'Every provider should have been planned for publishing.',
};
const SYNC: Meaning = {
  asTold: 'All three arrived, whole and verified.',
  otherwise: 'Every provider should have been published.',
};
const AGAIN: Meaning = {
  asTold: 'Nothing to do: the registries saw no package leave and no request that changes anything.',
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

async function playInstall({ io, signal }: Invocation, stage: DemoStage): Promise<SceneOutcome> {
  const terraform = await findTerraform(io.environment, signal);
  if (terraform === undefined) {
    const meaning = 'terraform is not on the PATH, so this step is left out.';
    return { shown: '', meaning, asTold: true };
  }
  if (!stage.servesThisMachine) {
    const meaning =
      'The sample providers have no packages for this machine’s platform, so this step is left out.';
    return { shown: '', meaning, asTold: true };
  }
  const providers = INSTALLED.map(([type, version]) => ({ type, version }));
  const outcome = await terraform.init({
    folder: join(stage.folder, 'terraform'),
    registryUrl: stage.privateUrl,
    organization: stage.organization,
    token: stage.token,
    providers,
  });
  const asTold =
    outcome.ok &&
    providers.every(
      ({ type, version }) => outcome.installed[embeddedSource(stage.organization, type)] === version,
    );
  const meaning = sayWhether(asTold, {
    asTold: `Terraform ${terraform.version} checked the signatures itself and installed all three.`,
    otherwise: 'terraform init should have installed all three.',
  });
  return { shown: outcome.lines.join('\n'), meaning, asTold };
}

/** What the sample registry's versions make of the config. */
const INSTALLED = [
  ['anvil', '1.2.0'],
  ['weather', '3.1.0'],
  ['stapler', '0.4.2'],
] as const;

function sayWhether(asTold: boolean, meaning: Meaning): string {
  return asTold ? meaning.asTold : `This is not what should have happened. ${meaning.otherwise}`;
}
