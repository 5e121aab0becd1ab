import type { CommandSpec, Invocation } from '../command-spec.ts';
import { showCatalogue } from '../demo/catalogue-scene.ts';
import { setUpDeploymentStage } from '../demo/deployment-stage.ts';
import { deploymentScenesOf } from '../demo/deployment-story.ts';
import { type DemoStage, setUpStage } from '../demo/stage.ts';
import { type Scene, scenesOf } from '../demo/story.ts';
import { findTerraform } from '../demo/terraform.ts';
import type { CliIo } from '../io.ts';
import { shellWord } from '../render/shell-word.ts';
import { paint } from '../render/style.ts';
import { renderTable } from '../render/table.ts';
import { createSettingsReader } from '../settings-reader.ts';

export const demoCommand: CommandSpec = {
  name: 'demo',
  summary: 'see the whole story on two registries and a mirror on this machine',
  description:
    'Starts a sample public registry and an empty private registry on this machine, and shows a plan, a sync ' +
    'that fills the private registry and a mirror from one download, a second sync with nothing to do, a verify ' +
    'and, where terraform or tofu is on the PATH, a real "init" from both, under the original names from the mirror. Needs no account and no network. Exits with 0 when everything came out as told.',
  options: [
    {
      flags: '--deployments',
      description: 'the story of a deployment instead: asked for, approved, deployed and destroyed',
    },
    { flags: '--keep', description: 'keep the folder with the config and the private registry' },
    { flags: '--open', description: 'show the catalogue of it all in a browser at the end, until Ctrl-C' },
  ],
  variables: [],
  examples: ['provider-sync demo', 'provider-sync demo --open', 'provider-sync demo --deployments'],
  async run(invocation) {
    const reader = createSettingsReader(invocation);
    const keep = reader.requireSound(reader.switchedOn('--keep'));
    const open = reader.switchedOn('--open');
    const say = sayOn(invocation.io);
    if (invocation.options['deployments'] === true) return await tellOfDeployments(invocation, keep);
    await using stage = await setUpStage({ keep });
    say(openingOf(invocation, stage));
    if (!(await tellStory(scenesOf(invocation, stage), invocation))) return 1;
    say(closing(keep ? stage.folder : undefined));
    if (open || invocation.io.stdout.isTerminal) await showCatalogue(invocation, stage, open);
    else say('\nprovider-sync demo --open ends with the catalogue of it all in a browser.');
    return 0;
  },
};

async function tellOfDeployments(invocation: Invocation, keep: boolean): Promise<number> {
  const { io, signal } = invocation;
  const say = sayOn(io);
  if ((await findTerraform('terraform', io.environment, signal)) === undefined) {
    say('terraform is not on the PATH, and there is no story of a deployment without it.');
    return 0;
  }
  await using stage = await setUpDeploymentStage({ keep });
  say(
    `A public registry with a sample provider runs on this machine at ${stage.registryUrl}. Its mirror is empty, and\n` +
      'nothing is deployed.',
  );
  if (!(await tellStory(deploymentScenesOf(invocation, stage), invocation))) return 1;
  say(
    [
      '',
      'What you saw: Terraform ran with a provider that came in verified, and with nothing else.',
      '',
      'Next:',
      '  provider-sync deployments --help         every command',
      '  provider-sync deployments kinds          what can be deployed',
      ...(keep ? ['', `Kept: ${shellWord(stage.folder)}`] : []),
    ].join('\n'),
  );
  return 0;
}

/** Returns whether every scene came out as told; the story ends with the first that does not. */
async function tellStory(scenes: readonly Scene[], invocation: Invocation): Promise<boolean> {
  let position = 0;
  for (const scene of scenes) {
    position += 1;
    if (!(await play(scene, position, invocation))) return false;
  }
  return true;
}

function sayOn(io: CliIo): (text: string) => void {
  return (text) => io.stdout.write(`${text}\n`);
}

/** Returns whether the scene came out as told. */
async function play(scene: Scene, position: number, { io, signal }: Invocation): Promise<boolean> {
  const { color } = io.stdout;
  const say = sayOn(io);
  say(paint(`\n${position}. ${scene.title}`, 'strong', color));
  say(scene.introduction);
  if (scene.command !== undefined) say(paint(`\n  $ ${scene.command}\n`, 'faint', color));
  const { shown, meaning, asTold } = await scene.play();
  signal.throwIfAborted();
  if (shown !== '') say(`${indented(shown)}\n`);
  say(paint(`→ ${meaning}`, asTold ? 'good' : 'bad', color));
  return asTold;
}

function indented(text: string): string {
  return text
    .split('\n')
    .map((line) => (line === '' ? '' : `  ${line}`))
    .join('\n');
}

function openingOf({ io }: Invocation, stage: DemoStage): string {
  const columns = [{ title: 'PROVIDER' }, { title: 'VERSION' }, { title: 'PLATFORMS', narrowest: 20 }];
  const rows = stage.wanted.map(({ name, version, platforms }) => [name, version, platforms]);
  return [
    'Two registries run on this machine:',
    `  a public one with sample providers at ${stage.publicUrl}`,
    `  an empty private one, of organization "${stage.organization}", at ${stage.privateUrl}`,
    'TFC_ADDRESS, TFC_ORGANIZATION and TFC_TOKEN lead to the private one. config.json names two',
    'destinations, the private registry and a mirror in a folder, and asks for three providers: the',
    'newest version, an exact one, and what a constraint allows.',
    '',
    indented(renderTable(columns, rows, { columns: io.stdout.columns - 2, color: io.stdout.color })),
  ].join('\n');
}

function closing(kept: string | undefined): string {
  return [
    '',
    'What you saw: providers of three publishers, checked against their SHA256SUMS and signatures,',
    'downloaded once and brought whole into a private registry and into a mirror, from which',
    'unmodified modules install them under their original names.',
    '',
    'Next:',
    '  provider-sync keys fetch hashicorp/aws   see the key a publisher signs with',
    '  provider-sync serve                      a private registry to try things on',
    '  provider-sync plan config.json           your own config and organization:',
    '                                           set TFC_ORGANIZATION and TFC_TOKEN first',
    '  provider-sync --help                     everything else',
    ...(kept === undefined ? [] : ['', `Kept: ${shellWord(kept)}`]),
  ].join('\n');
}
