import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fillNotesMirror, type NotesMirror } from '../../../scripts/stand-ins/notes-mirror.ts';
import { createFolderKinds } from '../../../src/adapters/folder-deployments/kinds.ts';
import { createFolderSecrets } from '../../../src/adapters/folder-deployments/secrets.ts';
import { createFolderDeployments } from '../../../src/adapters/folder-deployments/store.ts';
import { createLocalWatch } from '../../../src/adapters/folder-deployments/watch.ts';
import { openSqliteRequests } from '../../../src/adapters/sqlite-deployments/requests.ts';
import { openSqliteLedger } from '../../../src/adapters/sqlite-ledger/ledger.ts';
import { createTerraform } from '../../../src/adapters/terraform-cli/terraform.ts';
import type { RunPorts } from '../../../src/application/deployments/ports.ts';
import { requestDeployment } from '../../../src/application/deployments/requests.ts';
import { type RunOutcome, runDeployment } from '../../../src/application/deployments/run-deployment.ts';
import { hashText } from '../../../src/application/ledger/hash-text.ts';
import type { DeploymentRequest } from '../../../src/domain/deployment-request/request.ts';
import type { Ledger } from '../../../src/ports/ledger.ts';

interface JournalEntry {
  readonly what: string;
  readonly name: string;
}

export interface DeploymentWorld extends AsyncDisposable {
  readonly folder: string;
  readonly data: string;
  readonly notes: string;
  readonly kinds: string;
  readonly mirror: string;
  readonly ports: RunPorts;
  readonly ledger: Ledger;
  readonly shown: string[];
  request(
    id: string,
    inputs?: Readonly<Record<string, unknown>>,
    approval?: boolean,
  ): Promise<DeploymentRequest>;
  run(
    id: string,
    options?: { readonly signal?: AbortSignal; readonly ports?: RunPorts },
  ): Promise<RunOutcome>;
  read(id: string): Promise<DeploymentRequest>;
  /** Notes that exist. */
  existing(): Promise<readonly string[]>;
  journal(): Promise<readonly JournalEntry[]>;
  logOf(request: DeploymentRequest): Promise<string>;
}

const NEVER = new AbortController().signal;

/** One mirror for a file of tests: it takes seconds to make. */
export async function makeNotesMirror(): Promise<NotesMirror & AsyncDisposable> {
  const folder = await mkdtemp(join(tmpdir(), 'provider-sync-mirror-'));
  const mirror = await fillNotesMirror(folder);
  return { ...mirror, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
}

export function environmentOfTerraform(): Readonly<Record<string, string>> {
  return { PATH: `${dirname(process.execPath)}:${process.env['PATH'] ?? ''}` };
}

/** Everything of one machine, with real Terraform and the sample provider. */
export async function makeDeploymentWorld(
  { mirror, kinds }: NotesMirror,
  changes: (ports: RunPorts) => Partial<RunPorts> = () => ({}),
): Promise<DeploymentWorld> {
  const folder = await mkdtemp(join(tmpdir(), 'provider-sync-deployments-'));
  const data = join(folder, 'data');
  const notes = join(folder, 'notes');
  const clock = { now: () => new Date(), monotonic: () => performance.now() };
  const ledger = await openSqliteLedger({ file: join(data, 'ledger.sqlite'), clock, hash: hashText });
  const requests = await openSqliteRequests({ file: join(data, 'requests.sqlite') });
  const own: RunPorts = {
    requests,
    clock,
    ledger,
    kinds: createFolderKinds(kinds),
    store: createFolderDeployments(data),
    secrets: createFolderSecrets(join(data, 'secrets')),
    terraform: createTerraform({
      program: 'terraform',
      root: join(data, 'work'),
      mirror: { kind: 'folder', path: mirror },
      environment: environmentOfTerraform(),
      graceMs: 20_000,
    }),
    watch: createLocalWatch(),
    every: (milliseconds, tick) => {
      const timer = setInterval(tick, milliseconds);
      return () => clearInterval(timer);
    },
  };
  const ports: RunPorts = { ...own, ...changes(own) };
  const shown: string[] = [];
  let runners = 0;
  const read = async (id: string): Promise<DeploymentRequest> => {
    const request = await requests.read(id);
    if (request === undefined) throw new Error(`${id} is not there.`);
    return request;
  };
  return {
    folder,
    data,
    notes,
    kinds,
    mirror,
    ports,
    ledger,
    shown,
    read,
    request: (id, inputs = {}, approval = false) =>
      requestDeployment(ports, {
        id,
        kind: 'example',
        inputs: { folder: notes, ...inputs },
        requestedBy: 'ada',
        approval,
      }),
    run: (id, options = {}) => {
      runners += 1;
      return runDeployment(options.ports ?? ports, {
        id,
        runner: { runner: `runner-${runners}`, host: hostname(), pid: process.pid },
        signal: options.signal ?? NEVER,
        pollMs: 50,
        show: (line) => shown.push(line),
      });
    },
    existing: async () => {
      const names = await readdir(notes).catch(() => []);
      return names.filter((name) => name.endsWith('.json')).toSorted();
    },
    journal: async () => {
      const text = await readFile(join(notes, 'journal.jsonl'), 'utf8').catch(() => '');
      return text
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as JournalEntry);
    },
    logOf: async ({ run }) => {
      const bytes = await ports.store.get(`logs/${run?.id}.log`);
      return new TextDecoder().decode(bytes);
    },
    [Symbol.asyncDispose]: async () => {
      await requests.close();
      await ledger.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
