import { once } from 'node:events';
import { access, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { mirrorBlock, PUBLIC_HOSTS } from '../../domain/catalogue/client-blocks.ts';
import { type Problem, SyncError, toSyncError } from '../../domain/errors.ts';
import { parseHostname } from '../../domain/provider/address.ts';
import { startMirrorServer } from '../../embedded/mirror-server/server.ts';
import type { Invocation } from '../command-spec.ts';
import { systemClock } from '../composition.ts';
import { jsonDocument } from '../json-output.ts';
import { shellWord } from '../render/shell-word.ts';
import { readWholeNumber } from '../settings.ts';
import { createSettingsReader } from '../settings-reader.ts';

const DEFAULT_PORT = 8443;
const CERTIFICATE = 'mirror-certificate.pem';

/** What `serve --mirror DIR --tls` does. `defaultData` is where it leaves its certificate without --data. */
export async function serveMirror(invocation: Invocation, defaultData: string): Promise<number> {
  const { io, signal } = invocation;
  const { folder, port, dataDir, json } = readMirrorSettings(invocation, defaultData);
  const hosts = await hostsIn(folder);
  const server = await startMirrorServer({
    folder,
    port,
    now: systemClock.now(),
    onError: (error) => io.stderr.write(`Error: ${toSyncError(error).message}\n`),
  });
  try {
    const certificate = join(dataDir, CERTIFICATE);
    await writeCertificate(dataDir, certificate, server.certificate);
    const served: ServedMirror = {
      url: server.url,
      mirror: folder,
      certificate,
      catalogue: (await hasCatalogue(folder)) ? `${server.url}catalogue/` : null,
      clientConfiguration: mirrorBlock(server.url, hosts),
    };
    io.stdout.write(json ? jsonDocument(served) : welcome(served));
    if (!signal.aborted) await once(signal, 'abort');
    return 0;
  } finally {
    await server.close();
  }
}

interface ServedMirror {
  readonly url: string;
  readonly mirror: string;
  readonly certificate: string;
  /** Pages for people, where a sync has written them; null otherwise. */
  readonly catalogue: string | null;
  readonly clientConfiguration: string;
}

function readMirrorSettings(invocation: Invocation, defaultData: string) {
  const reader = createSettingsReader(invocation);
  const folder = reader.option('--mirror');
  const port = reader.option('--port');
  if (!reader.switchedOn('--tls')) {
    reader.note({
      path: '--mirror',
      message: 'needs --tls: Terraform and OpenTofu read a network mirror over https alone',
      fix: 'Add --tls; a certificate is made for it.',
    });
  }
  if (reader.option('--organization') !== undefined) {
    reader.note({ path: '--organization', message: 'means nothing to a mirror', fix: 'Leave it out.' });
  }
  const settings = {
    port: port === undefined ? DEFAULT_PORT : readWholeNumber(reader, port, 0, 65_535),
    folder: resolve(folder?.value ?? '.'),
    dataDir: resolve(reader.option('--data')?.value ?? defaultData),
    json: reader.switchedOn('--json'),
  };
  return { ...settings, port: reader.requireSound(settings.port) };
}

/** The public registries, and what else the mirror has a tree for. */
async function hostsIn(folder: string): Promise<readonly string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    if (
      entries.some(({ name }) => name === 'manifest.json') &&
      entries.some(({ name }) => name === 'mirror')
    ) {
      throw misuse({
        path: '--mirror',
        message: `${folder} is a bundle`,
        fix: `The mirror is in it: --mirror ${join(folder, 'mirror')}`,
      });
    }
    const hosts = entries
      .filter((entry) => entry.isDirectory() && entry.name.includes('.'))
      .flatMap(({ name }) => {
        const host = parseHostname(name);
        return 'name' in host && host.name === name ? [name] : [];
      });
    return [...new Set([...PUBLIC_HOSTS, ...hosts.toSorted()])];
  } catch (cause) {
    if (cause instanceof SyncError) throw cause;
    const message = `${folder} cannot be read (${(cause as NodeJS.ErrnoException).code ?? 'no reason given'})`;
    throw misuse({ path: '--mirror', message, fix: 'Name the folder of a network mirror.' }, cause);
  }
}

async function hasCatalogue(folder: string): Promise<boolean> {
  return await access(join(folder, 'catalogue', 'catalogue.json')).then(
    () => true,
    () => false,
  );
}

async function writeCertificate(dataDir: string, path: string, pem: string): Promise<void> {
  try {
    await mkdir(dataDir, { recursive: true });
    await writeFile(path, pem);
  } catch (cause) {
    throw misuse({ path: '--data', message: `${dataDir} cannot be written to` }, cause);
  }
}

function misuse(problem: Problem, cause?: unknown): SyncError {
  return new SyncError('ArgumentsInvalid', 'The mirror cannot be served.', { cause, problems: [problem] });
}

function welcome({ url, mirror, certificate, catalogue, clientConfiguration }: ServedMirror): string {
  const indented = (text: string) => text.split('\n').map((line) => `  ${line}`);
  return [
    `The network mirror is at ${url}`,
    `  folder       ${mirror}`,
    `  certificate  ${certificate} (made anew at every start)`,
    ...(catalogue === null ? [] : [`  catalogue    ${catalogue}`]),
    '',
    'To install from it, put this into the CLI configuration of Terraform (~/.terraformrc) or OpenTofu',
    '(~/.tofurc), or into the file that TF_CLI_CONFIG_FILE names. What the mirror does not hold fails; the',
    'public registries are not asked:',
    '',
    ...indented(clientConfiguration),
    '',
    'and let the client trust its certificate (on Linux; elsewhere add it to the system’s store):',
    '',
    `  export SSL_CERT_FILE=${shellWord(certificate)}`,
    '',
    'Ctrl-C stops it.',
    '',
  ].join('\n');
}
