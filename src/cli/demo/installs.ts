import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createFolderMirrorStore } from '../../adapters/folder/mirror-store.ts';
import { mirrorLockEvidence } from '../../adapters/network-mirror/lock-evidence.ts';
import { lockProviders } from '../../application/lock/lock-providers.ts';
import { mirrorBlock } from '../../domain/catalogue/client-blocks.ts';
import { DEFAULT_HOSTNAME } from '../../domain/provider/address.ts';
import { startMirrorServer } from '../../embedded/mirror-server/server.ts';
import type { Invocation } from '../command-spec.ts';
import { systemClock } from '../composition.ts';
import { embeddedSource, hostBlock, TERRAFORM_TOKEN_VARIABLE } from '../terraform-settings.ts';
import { type SceneOutcome, sayWhether } from './scene.ts';
import type { DemoStage } from './stage.ts';
import { findTerraform, type Terraform, type TerraformTrial } from './terraform.ts';

/** What the sample registry's versions make of the config. */
const INSTALLED = [
  ['acme', 'anvil', '1.2.0'],
  ['globex', 'weather', '3.1.0'],
  ['initech', 'stapler', '0.4.2'],
] as const;

const left = (meaning: string): SceneOutcome => ({ shown: '', meaning, asTold: true });
const ABSENT = 'terraform is not on the PATH, so this step is left out.';
const OTHER_PLATFORM =
  'The sample providers have no packages for this machine’s platform, so this step is left out.';

export async function playRegistryInstall(
  { io, signal }: Invocation,
  stage: DemoStage,
): Promise<SceneOutcome> {
  const terraform = await findTerraform('terraform', io.environment, signal);
  if (terraform === undefined) return left(ABSENT);
  if (!stage.servesThisMachine) return left(OTHER_PLATFORM);
  const { lines, asTold } = await install([terraform], {
    folder: join(stage.folder, 'private'),
    cliConfiguration: hostBlock(stage.privateUrl),
    providers: INSTALLED.map(([, type, version]) => ({
      source: embeddedSource(stage.organization, type),
      version,
    })),
    environment: { [TERRAFORM_TOKEN_VARIABLE]: stage.token },
  });
  const meaning = sayWhether(asTold, {
    asTold: `Terraform ${terraform.version} checked the signatures itself and installed all three.`,
    otherwise: 'terraform init should have installed all three.',
  });
  return { shown: lines.join('\n'), meaning, asTold };
}

/** Nothing listens there: whoever would ask the public registry finds nobody. */
const OUT_OF_REACH = { HTTPS_PROXY: 'http://127.0.0.1:9', NO_PROXY: '127.0.0.1' };

export async function playMirrorInstall(invocation: Invocation, stage: DemoStage): Promise<SceneOutcome> {
  const clients = await clientsOn(invocation);
  if (clients.length === 0) return left(ABSENT);
  if (!stage.servesThisMachine) return left(OTHER_PLATFORM);
  const { lines, asTold } = await fromMirror(stage, clients, { folder: 'original' });
  const names = clients.map(({ command, version }) => `${command} ${version}`).join(' and ');
  const meaning = sayWhether(asTold, {
    asTold: `${names} installed all three under their original names, from the mirror alone.`,
    otherwise: `${names} should have installed all three from the mirror.`,
  });
  return { shown: lines.join('\n'), meaning, asTold };
}

/** The lock file has every platform of the config, and a client takes it as it is. */
export async function playLock(invocation: Invocation, stage: DemoStage): Promise<SceneOutcome> {
  const store = createFolderMirrorStore(stage.mirrorFolder);
  const { text = '', summary } = await lockProviders(
    { mirrors: [mirrorLockEvidence('mirror', store, systemClock)], others: [] },
    stage.settings.config,
    { file: undefined, only: undefined, platforms: undefined, aliases: () => [], upgrade: false },
  );
  const shown = text.split('\n').slice(0, 14);
  const clients = stage.servesThisMachine ? await clientsOn(invocation) : [];
  const { asTold } = await fromMirror(stage, clients, { folder: 'locked', lockFile: text });
  const meaning = sayWhether(asTold && summary.ok, {
    asTold:
      'No package was downloaded for it, and "init -lockfile=readonly" passes here as it will on every other platform.',
    otherwise: 'The lock file should have been taken as it is.',
  });
  return { shown: [...shown, '…'].join('\n'), meaning, asTold: asTold && summary.ok };
}

async function clientsOn({ io, signal }: Invocation): Promise<readonly Terraform[]> {
  const found = await Promise.all(
    (['terraform', 'tofu'] as const).map((command) => findTerraform(command, io.environment, signal)),
  );
  return found.filter((client) => client !== undefined);
}

/** An init of a module with the original names while the mirror is served and nothing else can be reached. */
async function fromMirror(
  stage: DemoStage,
  clients: readonly Terraform[],
  trial: Pick<TerraformTrial, 'folder' | 'lockFile'>,
): Promise<{ readonly lines: readonly string[]; readonly asTold: boolean }> {
  const server = await startMirrorServer({
    folder: stage.mirrorFolder,
    port: 0,
    now: systemClock.now(),
    // What init then says is what the scene shows.
    onError: () => {},
  });
  try {
    const certificate = join(stage.folder, 'mirror-certificate.pem');
    await writeFile(certificate, server.certificate);
    return await install(clients, {
      ...trial,
      folder: join(stage.folder, trial.folder),
      cliConfiguration: mirrorBlock(server.url, [DEFAULT_HOSTNAME]),
      providers: INSTALLED.map(([namespace, type, version]) => ({
        source: `${DEFAULT_HOSTNAME}/${namespace}/${type}`,
        version,
      })),
      environment: { ...OUT_OF_REACH, SSL_CERT_FILE: certificate },
    });
  } finally {
    await server.close();
  }
}

async function install(
  clients: readonly Terraform[],
  trial: TerraformTrial,
): Promise<{ readonly lines: readonly string[]; readonly asTold: boolean }> {
  const lines: string[] = [];
  let asTold = true;
  for (const client of clients) {
    const outcome = await client.init({ ...trial, folder: `${trial.folder}-${client.command}` });
    lines.push(...outcome.lines);
    asTold &&=
      outcome.ok && trial.providers.every(({ source, version }) => outcome.installed[source] === version);
  }
  return { lines, asTold };
}
