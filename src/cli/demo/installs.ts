import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DEFAULT_HOSTNAME } from '../../domain/provider/address.ts';
import { startMirrorServer } from '../../embedded/mirror-server/server.ts';
import type { Invocation } from '../command-spec.ts';
import { systemClock } from '../composition.ts';
import { embeddedSource, hostBlock, mirrorBlock, TERRAFORM_TOKEN_VARIABLE } from '../terraform-settings.ts';
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

export async function playMirrorInstall({ io, signal }: Invocation, stage: DemoStage): Promise<SceneOutcome> {
  const found = await Promise.all(
    (['terraform', 'tofu'] as const).map((command) => findTerraform(command, io.environment, signal)),
  );
  const clients = found.filter((client) => client !== undefined);
  if (clients.length === 0) return left(ABSENT);
  if (!stage.servesThisMachine) return left(OTHER_PLATFORM);
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
    const { lines, asTold } = await install(clients, {
      folder: join(stage.folder, 'original'),
      cliConfiguration: mirrorBlock(server.url, [DEFAULT_HOSTNAME]),
      providers: INSTALLED.map(([namespace, type, version]) => ({
        source: `${DEFAULT_HOSTNAME}/${namespace}/${type}`,
        version,
      })),
      environment: { ...OUT_OF_REACH, SSL_CERT_FILE: certificate },
    });
    const names = clients.map(({ command, version }) => `${command} ${version}`).join(' and ');
    const meaning = sayWhether(asTold, {
      asTold: `${names} installed all three under their original names, from the mirror alone.`,
      otherwise: `${names} should have installed all three from the mirror.`,
    });
    return { shown: lines.join('\n'), meaning, asTold };
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
