import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { fillNotesMirror, type NotesMirror } from '../scripts/stand-ins/notes-mirror.ts';
import { cliConfigOf } from '../src/adapters/terraform-cli/cli-config.ts';
import { changeRequest } from '../src/application/deployments/change.ts';
import { askDestroy, requestDeployment } from '../src/application/deployments/requests.ts';
import { runDeployment } from '../src/application/deployments/run-deployment.ts';
import { withRequests, withRunner } from '../src/cli/deployment-ports.ts';
import { type RunnerSettings } from '../src/cli/deployment-settings.ts';
import type { CliIo } from '../src/cli/io.ts';
import { thisRunner } from '../src/cli/runner-process.ts';
import { startMirrorServer } from '../src/embedded/mirror-server/server.ts';
import { makeNotesRelease } from '../src/embedded/sample-provider/release.ts';
import { startSampleRegistry } from '../src/embedded/sample-registry/server.ts';
import { makeSigningKey } from '../src/embedded/sample-registry/signing-key.ts';
import { benchTrigger } from './deployments-trigger.ts';
import { figure, printTable } from './table.ts';

const TIMES = 3;
const NEVER = new AbortController().signal;
const PATH = `${dirname(process.execPath)}:${process.env['PATH'] ?? ''}`;

/** What a deployment costs beside plain Terraform, an init from a mirror beside one from a registry, and the life cycle. */
export async function benchDeployments(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'provider-sync-bench-'));
  try {
    const mirror = await fillNotesMirror(folder);
    await overhead(folder, mirror);
    await inits(folder, mirror);
    await lifeCycles(folder, mirror);
    await benchTrigger();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function milliseconds(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

/** Seconds that this process and those that it waited for have used, in ticks of 10 ms; 0 where there is no /proc. */
async function cpuSeconds(): Promise<number> {
  const text = await readFile('/proc/self/stat', 'utf8').catch(() => '');
  const fields = text.split(') ').at(-1)?.split(' ').slice(11, 15) ?? [];
  return fields.reduce((sum, ticks) => sum + Number(ticks) / 100, 0);
}

interface Cost {
  readonly seconds: number;
  readonly cpu: number;
}

async function costOf(work: () => Promise<unknown>): Promise<Cost> {
  const before = await cpuSeconds();
  const seconds = (await milliseconds(work)) / 1000;
  return { seconds, cpu: (await cpuSeconds()) - before };
}

function median(figures: readonly number[]): number {
  return figures.toSorted((a, b) => a - b)[Math.floor(figures.length / 2)] ?? Number.NaN;
}

async function terraform(cwd: string, cliConfig: string, ...args: readonly string[]): Promise<void> {
  const env = {
    PATH,
    HOME: cwd,
    TF_CLI_CONFIG_FILE: cliConfig,
    CHECKPOINT_DISABLE: '1',
    TF_IN_AUTOMATION: '1',
    ...(process.env['SSL_CERT_FILE'] === undefined ? {} : { SSL_CERT_FILE: process.env['SSL_CERT_FILE'] }),
  };
  await promisify(execFile)('terraform', [args[0] ?? '', '-input=false', '-no-color', ...args.slice(1)], {
    cwd,
    env,
  });
}

/** init, plan, apply of the plan, destroy: as a person does it. */
async function plainly(folder: string, { mirror, kinds }: NotesMirror, values: object): Promise<void> {
  const work = await mkdtemp(join(folder, 'plain-'));
  await cp(join(kinds, 'example', 'module'), work, { recursive: true });
  const cliConfig = join(work, 'cli.rc');
  await writeFile(cliConfig, cliConfigOf({ kind: 'folder', path: mirror }));
  await writeFile(
    join(work, 'terraform.tfvars.json'),
    JSON.stringify({ deployment_id: 'web', folder: join(work, 'notes'), ...values }),
  );
  await terraform(work, cliConfig, 'init', '-lockfile=readonly');
  await terraform(work, cliConfig, 'plan', '-out=plan');
  await terraform(work, cliConfig, 'apply', 'plan');
  await terraform(work, cliConfig, 'destroy', '-auto-approve');
}

function ioOf(): CliIo {
  const output = { write: () => {}, isTerminal: false, columns: 80, color: false, stream: process.stderr };
  return {
    stdout: output,
    stderr: output,
    environment: { PATH },
    monotonic: () => performance.now(),
    onStopSignal: () => () => {},
    every: () => () => {},
    exit: () => {},
  };
}

function settingsOf(data: string, { mirror, kinds }: NotesMirror): RunnerSettings {
  return {
    json: false,
    jsonLines: false,
    quiet: true,
    data,
    kinds,
    ledger: join(data, 'ledger.sqlite'),
    requests: { file: join(data, 'requests.sqlite') },
    store: undefined,
    mirror: { kind: 'folder', path: mirror },
    program: 'terraform',
  };
}

/** From the request to the destroyed deployment, with ledger, judgement, stored plan and the plan that must be empty. */
async function bySystem(folder: string, mirror: NotesMirror, values: object): Promise<void> {
  const data = await mkdtemp(join(folder, 'system-'));
  const io = ioOf();
  await withRunner(settingsOf(data, mirror), io, async (ports) => {
    const inputs = { folder: join(data, 'notes'), ...values };
    await requestDeployment(ports, {
      id: 'web',
      kind: 'example',
      inputs,
      requestedBy: 'bench',
      approval: false,
    });
    const run = async (wanted: string) => {
      const terms = { id: 'web', runner: await thisRunner({}), signal: NEVER, pollMs: 2000, show: () => {} };
      const { request } = await runDeployment(ports, terms);
      if (request.status !== wanted) throw new Error(JSON.stringify(request.failure));
    };
    await run('DEPLOYED');
    await askDestroy(ports, 'web', 'bench', false);
    await run('DESTROYED');
  });
}

async function overhead(folder: string, mirror: NotesMirror): Promise<void> {
  const rows: string[][] = [];
  for (const seconds of [0, 10]) {
    const [plain, system]: [Cost[], Cost[]] = [[], []];
    // By turns: what else the machine does meets both.
    for (let time = 0; time < TIMES; time += 1) {
      plain.push(await costOf(() => plainly(folder, mirror, { seconds })));
      system.push(await costOf(() => bySystem(folder, mirror, { seconds })));
    }
    const figures = (['seconds', 'cpu'] as const).flatMap((what) => {
      const [a, b] = [plain, system].map((costs) => median(costs.map((cost) => cost[what])));
      return [figure(a ?? Number.NaN, 2), figure(b ?? Number.NaN, 2), figure((b ?? 0) / (a ?? 0), 2)];
    });
    rows.push([`two resources of ${seconds} s each`, ...figures]);
  }
  printTable(
    `A deployment and its end beside plain init, plan, apply, destroy; median of ${TIMES}`,
    ['module', 'plain s', 'deployed and destroyed s', 'ratio', 'plain CPU s', 'CPU s', 'ratio'],
    rows,
  );
}

async function inits(folder: string, { mirror, kinds, lock }: NotesMirror): Promise<void> {
  const program = await readFile(join(folder, 'sample-provider.cjs'), 'utf8');
  const release = await makeNotesRelease(await makeSigningKey({ name: 'Acme' }), program);
  const registry = await startSampleRegistry({ releases: [release] });
  const server = await startMirrorServer({ folder: mirror, port: 0, now: new Date(), onError: () => {} });
  const certificate = join(folder, 'mirror.pem');
  await writeFile(certificate, server.certificate);
  const configs: Readonly<Record<string, string>> = {
    'mirror, a folder': cliConfigOf({ kind: 'folder', path: mirror }),
    'mirror, over https': cliConfigOf({ kind: 'network', url: server.url }),
    'registry stand-in': [
      'disable_checkpoint = true',
      `host "registry.terraform.io" { services = { "providers.v1" = "${registry.url}/catalog/providers/" } }`,
      '',
    ].join('\n'),
  };
  process.env['SSL_CERT_FILE'] = certificate;
  try {
    const rows: string[][] = [];
    for (const [name, text] of Object.entries(configs)) {
      const figures: number[] = [];
      for (let time = 0; time < 5; time += 1) {
        const work = await mkdtemp(join(folder, 'init-'));
        await cp(join(kinds, 'example', 'module'), work, { recursive: true });
        await writeFile(join(work, '.terraform.lock.hcl'), lock);
        await writeFile(join(work, 'cli.rc'), text);
        figures.push(
          await milliseconds(() => terraform(work, join(work, 'cli.rc'), 'init', '-lockfile=readonly')),
        );
      }
      rows.push([name, figure(median(figures), 0)]);
    }
    printTable('terraform init of one provider, median of 5', ['from', 'ms'], rows);
  } finally {
    delete process.env['SSL_CERT_FILE'];
    await server.close();
    await registry.close();
  }
}

const REQUESTS = 200;

/** Everything of a request but Terraform: validation, table, life cycle, ledger. */
async function lifeCycles(folder: string, mirror: NotesMirror): Promise<void> {
  const data = join(folder, 'cycles');
  await mkdir(data);
  await withRequests(settingsOf(data, mirror), ioOf(), async (ports) => {
    const ids = Array.from({ length: REQUESTS }, (_, index) => `web-${index}`);
    const asked = await milliseconds(() =>
      Promise.all(
        ids.map((id) =>
          requestDeployment(ports, {
            id,
            kind: 'example',
            inputs: { folder: data },
            requestedBy: 'bench',
            approval: false,
          }),
        ),
      ),
    );
    const state = { serial: 1, lineage: 'bench', resources: 2, unsettled: [] };
    const plan = {
      sha256: 'a'.repeat(64),
      stateKey: 'bench',
      stateSerial: 0,
      counts: { add: 2, change: 0, replace: 0, destroy: 0 },
      changes: [],
      at: '',
    };
    const cycled = await milliseconds(() =>
      Promise.all(
        ids.map(async (id) => {
          const own = { runId: `${id}-deploy-1`, runner: 'bench' };
          await changeRequest(ports, id, ({ generation }) => ({
            kind: 'Begun',
            generation,
            runner: { runner: 'bench', host: 'h' },
          }));
          await changeRequest(ports, id, () => ({
            kind: 'Planned',
            ...own,
            plan,
            providers: ['acme/notes 1.0.0'],
            approval: false,
          }));
          await changeRequest(ports, id, () => ({
            kind: 'ApplyBegun',
            ...own,
            sha256: plan.sha256,
            stateKey: 'bench',
          }));
          await changeRequest(ports, id, () => ({ kind: 'Succeeded', ...own, state, outputs: {} }));
        }),
      ),
    );
    printTable(
      `${REQUESTS} requests at once, table and ledger in SQLite`,
      ['what', 'requests a second'],
      [
        ['validated and kept', figure(REQUESTS / (asked / 1000), 0)],
        ['from pending to deployed, without Terraform', figure(REQUESTS / (cycled / 1000), 0)],
      ],
    );
  });
}
