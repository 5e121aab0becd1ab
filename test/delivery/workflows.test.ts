import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { Json } from '../deployment/support/cloudformation.ts';
import { actionlintProgram, deliveryTools } from '../deployment/support/deployment-tools.ts';

const tools = await deliveryTools();
const actionlint = await actionlintProgram();

const FOLDER = '.github/workflows';
const NAMES = readdirSync(FOLDER).toSorted();
const textOf = (name: string) => readFileSync(path.join(FOLDER, name), 'utf8');
const workflowOf = (name: string): Json => parse(textOf(name));

/** An action is pinned when nobody can move what it names; the comment says which version that is. */
const PINNED =
  /^uses: (\.\/\.github\/workflows\/[a-z-]+\.yml|[\w.-]+\/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+)$/;

const usesOf = (text: string) =>
  text
    .split('\n')
    .map((line) => line.trim().replace(/^- /, ''))
    .filter((line) => line.startsWith('uses:'));

const unpinned = (text: string) => usesOf(text).filter((line) => !PINNED.test(line));

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'provider-sync-workflows-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('the workflows', () => {
  it('are these', () => {
    expect(NAMES).toEqual([
      'deploy-environment.yml',
      'deploy.yml',
      'drift.yml',
      'plan.yml',
      'release.yml',
      'rollback.yml',
      'test.yml',
    ]);
  });

  it.each(NAMES)('%s pins every action by a full SHA, its version beside it', (name) => {
    expect(usesOf(textOf(name)).length).toBeGreaterThan(0);
    expect(unpinned(textOf(name))).toEqual([]);
  });

  it('name the same version of an action everywhere', () => {
    const all = new Set(NAMES.flatMap((name) => usesOf(textOf(name))));
    const actions = [...all].map((line) => line.replace(/@.*/, ''));
    expect(actions).toHaveLength(new Set(actions).size);
  });

  it.each(NAMES)('%s gives each job its own permissions, and nothing by default', (name) => {
    const { permissions, jobs } = workflowOf(name);
    expect(permissions).toEqual({});
    for (const job of Object.values<Json>(jobs)) expect(job.permissions).toBeTypeOf('object');
  });

  it('let no job that may ask for a role write anything here, but what signs a release', () => {
    const scopes = NAMES.flatMap((name) => Object.values<Json>(workflowOf(name).jobs))
      .map(({ permissions }) => Object.keys(permissions).filter((scope) => permissions[scope] === 'write'))
      .filter((writes) => writes.includes('id-token'));
    expect(scopes.length).toBeGreaterThan(5);
    const signing = ['id-token', 'attestations', 'artifact-metadata'];
    expect(scopes.flat().filter((scope) => !signing.includes(scope))).toEqual([]);
  });

  it.each(NAMES)('%s cancels nothing that deploys', (name) => {
    const { concurrency, jobs } = workflowOf(name);
    const groups = [concurrency, ...Object.values<Json>(jobs).map((job) => job.concurrency)].filter(Boolean);
    expect(groups.length).toBeGreaterThan(0);
    if (name === 'test.yml') return;
    for (const group of groups) expect(group['cancel-in-progress']).toBe(false);
  });

  it('let rollback and deploy change a stack one after the other', () => {
    const deploy = workflowOf('deploy-environment.yml').jobs.deploy.concurrency.group;
    expect(workflowOf('rollback.yml').concurrency.group).toBe(deploy);
  });

  it.each(NAMES)('%s never runs the head of a pull request with the rights of the base', (name) => {
    expect(textOf(name)).not.toMatch(/pull_request_target|workflow_run/);
    expect(textOf(name)).not.toMatch(/\{\{\s*secrets\.|AWS_(SECRET_)?ACCESS_KEY/);
  });

  it('ask for the role that trusts their environment', () => {
    for (const name of NAMES) {
      for (const job of Object.values<Json>(workflowOf(name).jobs)) {
        for (const step of job.steps ?? []) {
          const role: string | undefined = step.with?.['role-to-assume'];
          if (role === undefined) continue;
          const environment: string | undefined = job.environment?.name ?? job.environment;
          const suffix = role.split("'provider-sync' }}-")[1];
          const trusted =
            environment === undefined ? 'plan' : environment === 'drift' ? 'drift' : `deploy-${environment}`;
          expect(suffix).toBe(trusted);
        }
      }
    }
  });
});

/** Runs the gate's own script with these results of the jobs that it needs. */
async function gate(name: string, results: Readonly<Record<string, string>>): Promise<boolean> {
  const [step] = workflowOf(name).jobs.gate.steps;
  expect(Object.keys(step.env).toSorted()).toEqual(Object.keys(results).toSorted());
  try {
    await promisify(execFile)('bash', ['-e', '-c', step.run], {
      env: { PATH: process.env['PATH'], ...results },
    });
    return true;
  } catch {
    return false;
  }
}

describe('the gates', () => {
  it.each(['test.yml', 'plan.yml'])('%s needs every job and runs always', (name) => {
    const { gate: own, ...others } = workflowOf(name).jobs;
    expect(own.if).toBe('always()');
    expect(own.needs.toSorted()).toEqual(Object.keys(others).toSorted());
  });

  it.each([
    ['pull_request', 'success', 'success', 'success', true],
    ['push', 'success', 'skipped', 'success', true],
    ['pull_request', 'success', 'skipped', 'success', false],
    ['pull_request', 'failure', 'success', 'success', false],
    ['pull_request', 'skipped', 'success', 'success', false],
    ['pull_request', 'cancelled', 'success', 'success', false],
    ['push', 'success', 'failure', 'success', false],
    ['push', 'success', 'skipped', 'failure', false],
  ])(
    'test on %s: test %s, dependencies %s, secrets %s: %s',
    async (EVENT, TEST, DEPENDENCIES, SECRETS, expected) => {
      expect(await gate('test.yml', { EVENT, TEST, DEPENDENCIES, SECRETS })).toBe(expected);
    },
  );

  const usual = {
    CHANGES: 'success',
    BUILD: 'success',
    PLAN: 'success',
    COMMENT: 'success',
    INFRASTRUCTURE: 'true',
    ACCOUNT: '123456789012',
    FORK: 'false',
  };
  const skipped = { BUILD: 'skipped', PLAN: 'skipped', COMMENT: 'skipped' };

  it.each<readonly [string, Partial<typeof usual>, boolean]>([
    ['a plan', {}, true],
    ['no change of what is deployed', { ...skipped, INFRASTRUCTURE: 'false' }, true],
    ['a fork', { ...skipped, FORK: 'true' }, true],
    ['no account', { ...skipped, ACCOUNT: '' }, true],
    ['a plan that failed', { PLAN: 'failure' }, false],
    ['a plan that was cancelled', { PLAN: 'cancelled' }, false],
    ['a plan that was skipped wrongly', skipped, false],
    ['a comment that was skipped wrongly', { COMMENT: 'skipped' }, false],
    ['no answer to what changed', { ...skipped, CHANGES: 'failure', INFRASTRUCTURE: '' }, false],
    ['a build that failed on a fork', { ...skipped, BUILD: 'failure', FORK: 'true' }, false],
  ])('plan with %s: %#', async (_name, results, expected) => {
    expect(await gate('plan.yml', { ...usual, ...results })).toBe(expected);
  });
});

describe.skipIf(!actionlint || !tools)('actionlint (needs Go or pip)', () => {
  const lint = (...files: readonly string[]) =>
    promisify(execFile)(actionlint ?? '', files, {
      env: {
        ...process.env,
        PATH: `${path.dirname(tools?.program('shellcheck') ?? '')}:${process.env['PATH']}`,
      },
    });

  it.each(NAMES)('finds nothing in %s, and shellcheck nothing in its scripts', async (name) => {
    expect((await lint(path.join(FOLDER, name))).stdout).toBe('');
  });

  it('bites: on a job that needs a job that is not there', async () => {
    const file = path.join(folder, 'broken.yml');
    await writeFile(file, textOf('drift.yml').replace('needs: detect', 'needs: nothing'));
    await expect(lint(file)).rejects.toMatchObject({ stdout: expect.stringContaining('"nothing"') });
  });
});

describe.skipIf(!tools)('zizmor (needs Python and pip)', { timeout: 60_000 }, () => {
  it('finds nothing in the workflows', async () => {
    expect(JSON.parse((await tools?.run('zizmor', ['--offline', '--format=json', '.github'])) ?? '')).toEqual(
      [],
    );
  });

  it('bites, and so does the test above: on an action that is not pinned', async () => {
    const workflows = path.join(folder, '.github/workflows');
    mkdirSync(workflows, { recursive: true });
    cpSync('.github/zizmor.yml', path.join(folder, '.github/zizmor.yml'));
    const loose = textOf('drift.yml').replaceAll(/actions\/checkout@\S+ # \S+/g, 'actions/checkout@v7');
    await writeFile(path.join(workflows, 'drift.yml'), loose);
    expect(unpinned(loose)).toEqual(['uses: actions/checkout@v7', 'uses: actions/checkout@v7']);
    await expect(tools?.run('zizmor', ['--offline', path.join(folder, '.github')])).rejects.toThrow(
      'unpinned-uses',
    );
  });
});
