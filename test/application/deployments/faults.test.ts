import { execFile } from 'node:child_process';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTerraform } from '../../../src/adapters/terraform-cli/terraform.ts';
import { monitorDeployments } from '../../../src/application/deployments/monitor.ts';
import { askDestroy, askRetry, cancelDeployment } from '../../../src/application/deployments/requests.ts';
import { SyncError } from '../../../src/domain/errors.ts';
import {
  type DeploymentWorld,
  makeDeploymentWorld,
  makeNotesMirror,
} from '../../support/deployments/world.ts';
import { terraformIsHere } from '../../support/terraform.ts';

let mirror: Awaited<ReturnType<typeof makeNotesMirror>>;
const NEVER = new AbortController().signal;
const LOOK = { drift: false, stuckMinutes: 0, signal: NEVER, limit: 100 };

/** Resolves when the journal of the notes has `what` in it `times` times. */
async function journalHas(world: DeploymentWorld, what: string, times = 1): Promise<void> {
  for (;;) {
    if ((await world.journal()).filter((entry) => entry.what === what).length >= times) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** A clock on which a minute goes by in half a second: a busy machine comes to the apply within ten of them. */
const hurried = { clock: { now: () => new Date(), monotonic: () => performance.now() * 120 } };

async function keepSecret(world: DeploymentWorld, value: string): Promise<void> {
  await mkdir(join(world.data, 'secrets'), { recursive: true });
  await writeFile(join(world.data, 'secrets', 'pw'), value);
}

describe.skipIf(!terraformIsHere)('a deployment to which something happens', { timeout: 180_000 }, () => {
  beforeAll(async () => {
    mirror = await makeNotesMirror();
  }, 120_000);
  afterAll(async () => {
    await mirror?.[Symbol.asyncDispose]();
  });

  it.each([
    ['gives up what it is at', 'plain', 0],
    ['finishes what it is at', 'stubborn', 2],
  ])('is cancelled while a provider makes things, which %s', async (_, manner, made) => {
    await using world = await makeDeploymentWorld(mirror);
    await world.request('web', { seconds: 3, manner });
    const running = world.run('web');
    await journalHas(world, 'create-begun', 2);
    await cancelDeployment(world.ports, 'web', 'eve');
    const { request } = await running;
    expect(request).toMatchObject({
      status: 'FAILED',
      failure: { code: 'DeploymentCancelled', message: 'The run was cancelled by eve.' },
      state: { resources: made, unsettled: [] },
    });
    expect(await world.existing()).toHaveLength(made);
    // The first signal is the only one: a second would have dropped everything.
    expect(await world.logOf(request)).not.toContain('Two interrupts');
    await askRetry(world.ports, 'web', 'ada');
    expect((await world.run('web')).request.status).toBe('DEPLOYED');
    await askDestroy(world.ports, 'web', 'ada', false);
    expect((await world.run('web')).request.status).toBe('DESTROYED');
    expect(await world.existing()).toEqual([]);
  });

  it('is stopped when its runner is asked to stop, and says so', async () => {
    await using world = await makeDeploymentWorld(mirror);
    await world.request('web', { seconds: 60 });
    const controller = new AbortController();
    const running = world.run('web', { signal: controller.signal });
    await journalHas(world, 'create-begun', 2);
    controller.abort(new SyncError('Interrupted', 'Stopped by SIGTERM.'));
    expect((await running).request).toMatchObject({ status: 'FAILED', failure: { code: 'Interrupted' } });
  });

  it('is stopped at its kind’s limit when a module hangs', async () => {
    await using world = await makeDeploymentWorld(mirror, () => hurried);
    await world.request('web', { seconds: 3600 });
    expect((await world.run('web')).request).toMatchObject({
      status: 'FAILED',
      failure: { code: 'TerraformFailed', message: expect.stringContaining('10 minutes') },
    });
    await askDestroy(world.ports, 'web', 'ada', false);
    expect(
      (
        await world.run('web', {
          ports: { ...world.ports, clock: { now: () => new Date(), monotonic: () => 0 } },
        })
      ).request.status,
    ).toBe('DESTROYED');
  });

  it('does not say a secret that its provider tells, in no log and no row', async () => {
    await using world = await makeDeploymentWorld(mirror);
    const secret = 'tr0ub4dor&3"\\ and more';
    await keepSecret(world, secret);
    await world.request('web', { manner: 'telling', password: 'secret:pw' });
    const { request } = await world.run('web');
    expect(request.status).toBe('DEPLOYED');
    const log = await world.logOf(request);
    expect(log).toContain('The password of web-first is [redacted].');
    const row = JSON.stringify(await world.read('web'));
    const ledger = JSON.stringify(await world.ledger.read('deployment/web'));
    for (const text of [log, row, ledger, world.shown.join('\n')]) expect(text).not.toContain('tr0ub4dor');
    expect(JSON.parse(await readFile(join(world.notes, 'web-first.json'), 'utf8'))).toMatchObject({
      password: secret,
    });
    // Terraform's own state has it, and the folder of secrets; nothing else does.
    const { stdout } = await promisify(execFile)('grep', ['-rl', 'tr0ub4dor', world.data]);
    expect(
      stdout
        .trim()
        .split('\n')
        .every((path) => /\/(?:state|secrets)\//.test(path)),
    ).toBe(true);
    const reference = request.outputs?.['password'];
    expect(reference).toMatchObject({ sensitive: true });
  });

  it.each<[string, (world: DeploymentWorld) => Promise<void>, string, string]>([
    [
      'was recalled',
      (world) =>
        writeFile(join(world.mirror, 'registry.terraform.io/acme/notes/index.json'), '{"versions":{}}'),
      'DeploymentInvalid',
      'the mirror does not offer',
    ],
    [
      'is not in the mirror at all',
      (world) => rm(join(world.mirror, 'registry.terraform.io/acme'), { recursive: true }),
      'DeploymentInvalid',
      'the mirror does not offer',
    ],
    [
      'is another one by its bytes',
      async (world) => {
        const path = join(world.mirror, 'registry.terraform.io/acme/notes');
        const { stdout } = await promisify(execFile)('sh', ['-c', `ls ${path}/*.zip`]);
        for (const file of stdout.trim().split('\n'))
          await writeFile(file, (await readFile(file)).subarray(0, -1));
      },
      'TerraformFailed',
      'terraform init failed',
    ],
  ])('fails before anything is planned when a provider %s', async (_, damage, code, said) => {
    const own = await mkdirFor();
    await using world = await makeDeploymentWorld({ ...mirror, mirror: own });
    await world.request('web');
    await damage(world);
    const { request } = await world.run('web');
    expect(request).toMatchObject({ status: 'FAILED', failure: { code } });
    expect(JSON.stringify(request.failure).toLowerCase()).toContain(said.toLowerCase());
    expect(request.run?.plan).toBeUndefined();
    expect(await world.journal()).toEqual([]);
    await rm(own, { recursive: true });
  });

  async function mkdirFor(): Promise<string> {
    const own = `${mirror.mirror}-damaged`;
    await cp(mirror.mirror, own, { recursive: true });
    return own;
  }

  it('is refused by its plan when the module does what its kind does not allow', async () => {
    const kinds = `${mirror.kinds}-narrow`;
    await cp(mirror.kinds, kinds, { recursive: true });
    const path = join(kinds, 'example', 'kind.json');
    const document = JSON.parse(await readFile(path, 'utf8'));
    await writeFile(
      path,
      JSON.stringify({ ...document, allow: { ...document.allow, resources: ['terraform_data'] } }),
    );
    await using world = await makeDeploymentWorld({ ...mirror, kinds });
    await expect(world.request('web')).rejects.toMatchObject({
      code: 'DeploymentInvalid',
      problems: [{ path: 'resource.notes_note.note', file: 'module/main.tf' }],
    });
    await rm(kinds, { recursive: true });
  });

  it('drifts, and the monitor tells of it and changes nothing', async () => {
    await using world = await makeDeploymentWorld(mirror);
    await world.request('web');
    await world.run('web');
    expect(await monitorDeployments(world.ports, { ...LOOK, drift: true })).toEqual([]);
    await rm(join(world.notes, 'web-first.json'));
    const before = await world.ports.store.readState('web');
    expect(await monitorDeployments(world.ports, { ...LOOK, drift: true })).toMatchObject([
      { id: 'web', what: 'drifted', detail: 'notes_note.note["first"] (delete)' },
    ]);
    expect(await world.ports.store.readState('web')).toBe(before);
    const entries = await world.ledger.read('deployment/web', {
      types: ['provider-sync.deployment.drifted.v1'],
    });
    expect(entries).toHaveLength(1);
  });

  it('is found by the monitor when it is stuck, or waits', async () => {
    await using world = await makeDeploymentWorld(mirror);
    await world.request('web', {}, true);
    expect(await monitorDeployments(world.ports, LOOK)).toMatchObject([{ what: 'stuck' }]);
    await world.run('web');
    expect(await monitorDeployments(world.ports, LOOK)).toMatchObject([{ what: 'waiting' }]);
  });

  it('hands the ledger what it did not take when it happened', async () => {
    const refusing = {
      append: () => Promise.reject(new SyncError('ServiceUnavailable', 'The ledger is away.')),
    };
    const lost: unknown[] = [];
    await using world = await makeDeploymentWorld(mirror, () => ({
      ledger: refusing,
      whenNotKept: (error) => void lost.push(error),
    }));
    await world.request('web');
    await world.run('web');
    expect(lost.length).toBeGreaterThanOrEqual(3);
    expect(await world.ledger.read('deployment/web')).toEqual([]);
    await monitorDeployments({ ...world.ports, ledger: world.ledger }, LOOK);
    expect(await world.ledger.read('deployment/web')).toHaveLength(4);
    await monitorDeployments({ ...world.ports, ledger: world.ledger }, LOOK);
    expect(await world.ledger.read('deployment/web')).toHaveLength(4);
  });

  it('says so when terraform cannot be started', async () => {
    const nowhere = createTerraform({
      program: '/nowhere/terraform',
      root: join(mirror.mirror, '..', 'nowhere'),
      mirror: { kind: 'folder', path: mirror.mirror },
      environment: {},
      graceMs: 1000,
    });
    await using world = await makeDeploymentWorld(mirror, () => ({ terraform: nowhere }));
    await world.request('web');
    expect((await world.run('web')).request).toMatchObject({
      status: 'FAILED',
      failure: { code: 'SettingsInvalid', message: expect.stringContaining('/nowhere/terraform') },
    });
  });
});
