import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { NotesMirror } from '../../scripts/stand-ins/notes-mirror.ts';
import { openSqliteRequests } from '../../src/adapters/sqlite-deployments/requests.ts';
import type { DeploymentRequest } from '../../src/domain/deployment-request/request.ts';
import { judgeLeft, madeTwice } from '../support/deployments/left.ts';
import { killAllIn } from '../support/deployments/processes.ts';
import { NAMES, PASSWORD, type RoundTerms } from './round.ts';

/** How long a run takes that nobody kills, in milliseconds: what a random moment is taken from. */
let usualMs = 4000;

export interface MachineTerms {
  /** Where rounds keep what they need. */
  readonly folder: string;
  readonly program: string;
  readonly mirror: NotesMirror;
}

interface World {
  /** The built program. */
  readonly program: string;
  readonly problem: (text: string) => void;
  readonly data: string;
  readonly notes: string;
  readonly environment: NodeJS.ProcessEnv;
}

async function command(
  world: World,
  ...args: readonly string[]
): Promise<{ readonly code: number; readonly out: string }> {
  const child = spawn(process.execPath, [world.program, 'deployments', ...args], {
    env: world.environment,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (out += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code: code ?? -1, out };
}

async function show({ data }: World): Promise<DeploymentRequest> {
  const table = await openSqliteRequests({ file: join(data, 'requests.sqlite'), mustExist: true });
  try {
    const request = await table.read('web');
    if (request === undefined) throw new Error('The deployment is not there.');
    return request;
  } finally {
    await table.close();
  }
}

type Kill = 'SIGKILL' | 'SIGTERM' | 'everything';

/** Runs what is pending, and kills the runner after a while. */
async function runAndKill(world: World, how: Kill, afterMs: number): Promise<boolean> {
  const child = spawn(process.execPath, [world.program, 'deployments', 'run', 'web'], {
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

/** What must hold whenever nothing runs. */
async function check(world: World, where: string): Promise<DeploymentRequest> {
  await command(world, 'monitor');
  const request = await show(world);
  const path = join(world.data, 'state', 'web', 'terraform.tfstate');
  const state = await readFile(path, 'utf8').catch(() => undefined);
  const existing = (await readdir(world.notes).catch(() => []))
    .filter((name) => name.endsWith('.json'))
    .map((name) => name.slice('web-'.length, -'.json'.length));
  for (const what of judgeLeft({ request, state, existing })) {
    world.problem(`${where}: ${what} (${JSON.stringify(request.failure ?? request.status)})`);
  }
  return request;
}

async function journal(world: World): Promise<readonly { readonly what: string; readonly name: string }[]> {
  const text = await readFile(join(world.notes, 'journal.jsonl'), 'utf8').catch(() => '');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}

/** Whether any file that is not Terraform's own, or the secret's, has the secret in it. */
async function leaks(world: World): Promise<readonly string[]> {
  const { stdout } = await promisify(execFile)('grep', ['-rl', PASSWORD, world.data]).catch(() => ({
    stdout: '',
  }));
  return stdout.split('\n').filter((path) => path !== '' && !/\/(?:secrets|state)\//.test(path));
}

/** A deploy and a destroy by the command line on this machine, of each of which the runner is killed. */
export async function machineRound(
  index: number,
  { folder, program, mirror }: MachineTerms,
  { random, problem }: RoundTerms,
): Promise<string> {
  const data = join(folder, `round-${index}`);
  const notes = join(data, 'notes');
  const world: World = {
    program,
    problem: (text) => problem(`round ${text}`),
    data,
    notes,
    environment: {
      NODE_COMPILE_CACHE: process.env['COMPILED_COMMANDS'],
      PATH: process.env['PATH'],
      HOME: data,
      PROVIDER_SYNC_DEPLOYMENTS: data,
      PROVIDER_SYNC_LEDGER: join(data, 'ledger.sqlite'),
      PROVIDER_SYNC_MIRROR: mirror.mirror,
      PROVIDER_SYNC_KINDS: mirror.kinds,
    },
  };
  const inputs = JSON.stringify({ folder: notes, names: NAMES, seconds: 0.4, password: 'secret:pw' });
  await mkdir(join(data, 'secrets'), { recursive: true });
  await writeFile(join(data, 'secrets', 'pw'), PASSWORD, { mode: 0o600 });
  const asked = await command(world, 'request', 'example', '--id', 'web', '--inputs', inputs);
  if (asked.code !== 0) throw new Error(asked.out);
  const hows: readonly Kill[] = ['SIGKILL', 'SIGTERM', 'everything'];
  const told: string[] = [];
  for (const action of ['deploy', 'destroy'] as const) {
    if (action === 'destroy') await command(world, 'destroy', 'web');
    const how = hows[Math.floor(random() * hows.length)] ?? 'SIGKILL';
    const afterMs = Math.floor(random() * usualMs);
    const killed = await runAndKill(world, how, afterMs);
    const where = `${index}, ${action}, ${killed ? how : 'not killed'} after ${afterMs} ms`;
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
      const began = performance.now();
      await command(world, 'run', 'web');
      usualMs = (3 * usualMs + performance.now() - began) / 4;
      request = await check(world, `${where}, then again`);
      if (action === 'destroy' && request.status === 'DEPLOYED') await command(world, 'destroy', 'web');
    }
    if (request.status !== (action === 'deploy' ? 'DEPLOYED' : 'DESTROYED')) {
      world.problem(`${where}: does not come to its end: ${JSON.stringify(request.failure)}`);
    }
  }
  const request = await show(world);
  if (request.status !== 'DESTROYED') problem(`round ${index}: ends as ${request.status}`);
  const twice = madeTwice(await journal(world));
  if (twice.length > 0) problem(`round ${index}: made twice: ${twice.join(', ')}`);
  const leaking = await leaks(world);
  if (leaking.length > 0) problem(`round ${index}: the secret is in ${leaking.join(', ')}`);
  await rm(data, { recursive: true, force: true });
  return told.join('; ');
}
