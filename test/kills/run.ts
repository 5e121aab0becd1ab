// npm run test:kills -- --times 200 --seed 1: kills the built command at random moments, then lets it finish.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { mirrorBlock, PUBLIC_HOSTS } from '../../src/domain/catalogue/client-blocks.ts';
import { startMirrorServer } from '../../src/embedded/mirror-server/server.ts';
import { terraformInit, terraformIsHere } from '../support/terraform.ts';
import { INIT, runTerraform } from '../support/terraform-run.ts';
import { shareDone, violations } from './judge.ts';
import { type KillWorld, killReleases, killWorld, TYPES, type Views, wholeViews } from './world.ts';

const { values } = parseArgs({
  options: { times: { type: 'string', default: '200' }, seed: { type: 'string', default: '1' } },
});
const times = Number(values.times);
const root = path.resolve(import.meta.dirname, '../..');
const options = {
  packageBytes: 250_000,
  bytesPerSecond: 800_000,
  main: path.join(root, 'dist/provider-sync.mjs'),
};
/** Reading takes its time however little there is to send, and a run must be able to end before its kill. */
const LEAST_SHARE = 0.7;
const NOTHING: Views = {};

execFileSync('npm', ['run', '--silent', 'build'], { cwd: root });
const releases = await killReleases(options);
const whole = wholeViews(releases);
const started = performance.now();
const duration = await wholeDuration();

const breaches: string[] = [];
let kills = 0;
let rounds = 0;
let ended = 0;
let halfDone = 0;
let world = await killWorld(releases, options);
let before = NOTHING;
for (let moment = 0; kills < times; moment += 1) {
  const left = Math.max(LEAST_SHARE, 1 - shareDone(before, whole));
  const code = await killAt(world, fraction(moment) * left * duration);
  const after = await look(world);
  breaches.push(...violations(before, after, whole).map((text) => `kill ${kills + 1}: ${text}`));
  if (code === null) kills += 1;
  else ended += 1;
  if (code !== null && code !== 0) breaches.push(`a run after kill ${kills} ended with ${code}`);
  if (code === 0 && shareDone(after, whole) < 1)
    breaches.push(`a run after kill ${kills} left something out`);
  if ((await world.begun(after)) > 0) halfDone += 1;
  before = after;
  if (kills < times && shareDone(after, whole) === 1) {
    await world[Symbol.asyncDispose]();
    world = await killWorld(releases, options);
    before = NOTHING;
    rounds += 1;
  }
  if (kills > 0 && kills % 20 === 0 && code === null) console.log(`${kills} kills`);
}
breaches.push(...(await finish(world)));
await world[Symbol.asyncDispose]();

const seconds = Math.round((performance.now() - started) / 1000);
console.log(
  `${kills} kills in ${seconds} s (seed ${values.seed}): ${rounds} times all was whole and began anew, ${ended} runs ` +
    `ended before their kill, ${halfDone} times something had begun that no client saw; ${breaches.length} breaches`,
);
for (const breach of breaches) console.error(breach);
process.exitCode = breaches.length === 0 ? 0 : 1;

/** Milliseconds from the first request to the end, where nothing is there yet. */
async function wholeDuration(): Promise<number> {
  await using fresh = await killWorld(releases, options);
  const command = fresh.start('sync');
  await fresh.busy();
  const from = performance.now();
  const { code, stdout, stderr } = await command.ended;
  if (code !== 0) throw new Error(`A sync that nobody kills ended with ${code}:\n${stdout}${stderr}`);
  return performance.now() - from;
}

/** The exit code; null when the kill came in time. */
async function killAt(subject: KillWorld, afterMs: number): Promise<number | null> {
  await using command = subject.start('sync');
  await Promise.race([subject.busy(), command.ended]);
  await Promise.race([sleep(afterMs), command.ended]);
  command.process.kill('SIGKILL');
  return (await command.ended).code;
}

async function look(subject: KillWorld): Promise<Views> {
  try {
    return await subject.views();
  } catch (error) {
    breaches.push(`kill ${kills + 1}: a client fails: ${String(error)}`);
    return before;
  }
}

/** A clean run, verify --deep of all destinations, and a real terraform where there is one. */
async function finish(subject: KillWorld): Promise<readonly string[]> {
  const wrong: string[] = [];
  for (const command of ['sync', 'verify'] as const) {
    const { code, stdout, stderr } = await subject.start(command).ended;
    if (code !== 0) wrong.push(`the last ${command} ended with ${code}: ${stdout}${stderr}`);
  }
  if (shareDone(await subject.views(), whole) < 1) wrong.push('the last sync left something out');
  if (!terraformIsHere) console.log('No terraform is here: nothing was installed.');
  else wrong.push(...(await installAll(subject)));
  return wrong;
}

async function installAll({ registry, mirrorFolder }: KillWorld): Promise<readonly string[]> {
  const folder = await mkdtemp(path.join(tmpdir(), 'provider-sync-kills-init-'));
  const of = (namespace: string) =>
    Object.fromEntries(TYPES.map((type) => [type, { source: `${namespace}/${type}`, version: '1.0.0' }]));
  const mirror = await startMirrorServer({
    folder: mirrorFolder,
    port: 0,
    now: new Date(),
    onError: (error) => console.error(error),
  });
  try {
    const certificate = path.join(folder, 'mirror.pem');
    await writeFile(certificate, mirror.certificate);
    const { url, organization, token } = registry;
    const providersUrl = `${url}/api/registry/v1/providers/`;
    const said = [
      await terraformInit({ folder, providersUrl, token, providers: of(organization) }).catch(String),
      (
        await runTerraform(INIT, {
          folder: path.join(folder, 'mirrored'),
          cliConfig: mirrorBlock(mirror.url, PUBLIC_HOSTS),
          providers: of('acme'),
          certificate,
        })
      ).output,
    ];
    const failed = said.filter((text) => !text.includes('successfully initialized'));
    console.log(`terraform init: ${said.length - failed.length} of ${said.length} installed all providers`);
    return failed.map((text) => `terraform init: ${text}`);
  } finally {
    await mirror.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** The `index`-th of the seed's numbers in [0, 1). */
function fraction(index: number): number {
  const digest = createHash('sha256').update(`${values.seed} ${index}`).digest();
  return digest.readUInt32BE() / 2 ** 32;
}
