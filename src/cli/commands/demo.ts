import type { CommandSpec, Invocation } from '../command-spec.ts';
import { type DemoStage, setUpStage } from '../demo/stage.ts';
import { type Scene, scenesOf } from '../demo/story.ts';
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
  options: [{ flags: '--keep', description: 'keep the folder with the config and the private registry' }],
  variables: [],
  examples: ['provider-sync demo', 'provider-sync demo --keep'],
  async run(invocation) {
    const reader = createSettingsReader(invocation);
    const keep = reader.requireSound(reader.switchedOn('--keep'));
    await using stage = await setUpStage({ keep });
    const say = sayOn(invocation.io);
    say(openingOf(invocation, stage));
    let position = 0;
    for (const scene of scenesOf(invocation, stage)) {
      position += 1;
      if (!(await play(scene, position, invocation))) return 1;
    }
    say(closing(keep ? stage.folder : undefined));
    return 0;
  },
};

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
