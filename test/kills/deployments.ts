import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, readlink, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { parseArgs, promisify } from 'node:util';
import { fillNotesMirror } from '../../scripts/stand-ins/notes-mirror.ts';
import type { DeploymentRequest } from '../../src/domain/deployment-request/request.ts';
import { readState } from '../../src/domain/deployment-request/state/schema.ts';

// node test/kills/deployments.ts [--rounds 100] [--seed 1]: kills the runner of a deployment and of its destruction at
// random moments, with real Terraform, and looks at what is left each time. What a round needs is the built program.

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '100' }, seed: { type: 'string', default: '1' } },
});
const ROOT = resolve(import.meta.dirname, '../..');
/** After the run began, which a busy machine takes its time for. */
const LATEST_KILL_MS = 4000;
const NAMES = ['first', 'second', 'third'];
const PASSWORD = 'correct-horse-battery-staple';

/** Mulberry32: the same seed gives the same kills. */
let seed = Number(values.seed);
function random(): number {
  seed = (seed + 0x6d2b79f5) | 0;
  let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
}

const folder = await mkdtemp(join(tmpdir(), 'provider-sync-kills-'));
const program = join(ROOT, `dist-kills-${process.pid}`);
const say = (text: string): void => void process.stdout.write(`${text}\n`);

interface World {
  readonly data: string;
  readonly notes: string;
  readonly environment: NodeJS.ProcessEnv;
}

async function command(
  world: World,
  ...args: readonly string[]
): Promise<{ readonly code: number; readonly out: string }> {
  const child = spawn(process.execPath, [join(program, 'provider-sync.mjs'), 'deployments', ...args], {
    env: world.environment,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (out += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code: code ?? -1, out };
}

async function show(world: World): Promise<DeploymentRequest> {
  const { out } = await command(world, 'show', 'web', '--json');
  return (JSON.parse(out) as { deployment: DeploymentRequest }).deployment;
}

type Kill = 'SIGKILL' | 'SIGTERM' | 'everything';

/** Runs what is pending, and kills the runner after a while. */
async function runAndKill(world: World, how: Kill, afterMs: number): Promise<boolean> {
  const child = spawn(process.execPath, [join(program, 'provider-sync.mjs'), 'deployments', 'run', 'web'], {
    env: world.environment,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = once(child, 'exit');
  const begun = once(child.stderr, 'data');
  child.stderr.resume();
  await Promise.race([begun, ended]);
  const first = await Promise.race([ended.then(() => 'ended'), setTimeout(afterMs, 'killed')]);
  if (first === 'killed') {
    child.kill(how === 'SIGTERM' ? 'SIGTERM' : 'SIGKILL');
    // As when the machine, or the container, goes.
    if (how === 'everything') await killAllIn(join(world.data, 'work'));
  }
  await ended;
  return first === 'killed';
}

async function killAllIn(work: string): Promise<void> {
  for (const pid of await readdir('/proc')) {
    if (!/^\d+$/.test(pid)) continue;
    const cwd = await readlink(`/proc/${pid}/cwd`).catch(() => '');
    if (cwd.startsWith(work)) process.kill(Number(pid), 'SIGKILL');
  }
}

const problems: string[] = [];
const problem = (text: string): void => {
  problems.push(text);
  say(`PROBLEM: ${text}`);
};

/** What must hold whenever nothing runs. */
async function check(world: World, where: string): Promise<DeploymentRequest> {
  await command(world, 'monitor');
  const request = await show(world);
  const fail = (what: string): void =>
    problem(`${where}: ${what} (${JSON.stringify(request.failure ?? request.status)})`);
  if (request.status === 'DEPLOYING' || request.status === 'DESTROYING')
    fail(`says ${request.status}, and nothing runs`);
  const text = await readFile(join(world.data, 'state', 'web', 'terraform.tfstate'), 'utf8').catch(
    () => undefined,
  );
  const contents = text === undefined ? undefined : readState(text);
  // Before the first resource is there, Terraform's own lock leaves an empty file.
  const known = (request.state?.lineage ?? '') !== '';
  if (text !== undefined && contents === undefined && (known || text !== ''))
    fail(`left a state of ${text.length} bytes that is none`);
  const inState = (contents?.resources ?? []).map((address) => /"(.+)"/.exec(address)?.[1] ?? '');
  const existing = (await readdir(world.notes).catch(() => []))
    .filter((name) => name.endsWith('.json'))
    .map((name) => name.slice(4, -5));
  const unsettled = (request.state?.unsettled ?? []).map((address) => /"(.+)"/.exec(address)?.[1] ?? '');
  const lost = existing.filter((name) => !inState.includes(name) && !unsettled.includes(name));
  if (lost.length > 0) fail(`lost ${lost.join(', ')} from the state, and does not say so`);
  if (request.status === 'DEPLOYED' && (existing.length !== NAMES.length || unsettled.length > 0))
    fail('is not deployed');
  if (request.status === 'DESTROYED' && existing.length > 0) fail('is not destroyed');
  return request;
}

async function createdTwice(world: World): Promise<readonly string[]> {
  const journal = await readFile(join(world.notes, 'journal.jsonl'), 'utf8').catch(() => '');
  const there = new Set<string>();
  const twice: string[] = [];
  for (const line of journal.split('\n').filter((each) => each !== '')) {
    const { what, name } = JSON.parse(line) as { what: string; name: string };
    if (what === 'created' && there.has(name)) twice.push(name);
    if (what === 'created') there.add(name);
    if (what === 'deleted') there.delete(name);
  }
  return twice;
}

/** Whether any file that is not Terraform's own, or the secret's, has the secret in it. */
async function leaks(world: World): Promise<readonly string[]> {
  const { stdout } = await promisify(execFile)('grep', ['-rl', PASSWORD, world.data]).catch(() => ({
    stdout: '',
  }));
  return stdout.split('\n').filter((path) => path !== '' && !/\/(?:secrets|state)\//.test(path));
}

async function round(
  index: number,
  mirror: { readonly mirror: string; readonly kinds: string },
): Promise<void> {
  const data = join(folder, `round-${index}`);
  const notes = join(data, 'notes');
  const world: World = {
    data,
    notes,
    environment: {
      PATH: process.env['PATH'],
      HOME: data,
      PROVIDER_SYNC_DEPLOYMENTS: data,
      PROVIDER_SYNC_LEDGER: join(data, 'ledger.sqlite'),
      PROVIDER_SYNC_MIRROR: mirror.mirror,
      PROVIDER_SYNC_KINDS: mirror.kinds,
    },
  };
  const inputs = JSON.stringify({ folder: notes, names: NAMES, seconds: 0.4, password: 'secret:pw' });
  await promisify(execFile)('mkdir', ['-p', join(data, 'secrets')]);
  await promisify(execFile)('sh', [
    '-c',
    `umask 077; printf %s ${PASSWORD} > '${join(data, 'secrets', 'pw')}'`,
  ]);
  const asked = await command(world, 'request', 'example', '--id', 'web', '--inputs', inputs);
  if (asked.code !== 0) throw new Error(asked.out);
  const hows: readonly Kill[] = ['SIGKILL', 'SIGTERM', 'everything'];
  const told: string[] = [];
  for (const action of ['deploy', 'destroy'] as const) {
    if (action === 'destroy') await command(world, 'destroy', 'web');
    const how = hows[Math.floor(random() * hows.length)] ?? 'SIGKILL';
    const afterMs = Math.floor(random() * LATEST_KILL_MS);
    const killed = await runAndKill(world, how, afterMs);
    const where = `round ${index}, ${action}, ${killed ? how : 'not killed'} after ${afterMs} ms`;
    let request = await check(world, where);
    told.push(
      `${action} ${killed ? `${how} ${afterMs} ms` : 'not killed'} → ${request.status}${request.state?.unsettled.length ? ' (unsettled)' : ''}`,
    );
    // A destroy of what failed to be deployed, now and then, rather than a retry.
    if (
      action === 'deploy' &&
      request.status === 'FAILED' &&
      random() < 0.3 &&
      !request.state?.unsettled.length
    )
      continue;
    for (
      let tries = 0;
      tries < 3 && request.status !== (action === 'deploy' ? 'DEPLOYED' : 'DESTROYED');
      tries += 1
    ) {
      if (request.status === 'FAILED') {
        // What is unsettled comes into the state by a deploy.
        const wanted = request.state?.unsettled.length ? 'deploy' : action;
        await command(world, wanted === request.wanted ? 'retry' : 'destroy', 'web');
      }
      await command(world, 'run', 'web');
      request = await check(world, `${where}, then again`);
      if (action === 'destroy' && request.status === 'DEPLOYED') await command(world, 'destroy', 'web');
    }
    if (request.status !== (action === 'deploy' ? 'DEPLOYED' : 'DESTROYED')) {
      problem(`${where}: does not come to its end: ${JSON.stringify(request.failure)}`);
    }
  }
  const twice = await createdTwice(world);
  if (twice.length > 0) problem(`round ${index}: created twice: ${twice.join(', ')}`);
  const leaking = await leaks(world);
  if (leaking.length > 0) problem(`round ${index}: the secret is in ${leaking.join(', ')}`);
  say(`${index}: ${told.join('; ')}`);
  await rm(data, { recursive: true, force: true });
}

try {
  await promisify(execFile)(process.execPath, ['scripts/build.ts', program], { cwd: ROOT });
  const mirror = await fillNotesMirror(folder);
  for (let index = 1; index <= Number(values.rounds); index += 1) await round(index, mirror);
  say(`${values.rounds} rounds, ${problems.length} problems.`);
  process.exitCode = problems.length === 0 ? 0 : 1;
} finally {
  await rm(program, { recursive: true, force: true });
  await rm(folder, { recursive: true, force: true });
}
