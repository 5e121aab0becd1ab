import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { createFileTokenSource } from '../../adapters/local/token-sources.ts';
import { SyncError, toSyncError } from '../../domain/errors.ts';
import { startEmbeddedRegistry } from '../../embedded/private-registry/server.ts';
import type { CommandSpec, Invocation } from '../command-spec.ts';
import { jsonDocument } from '../json-output.ts';
import { shellWord } from '../render/shell-word.ts';
import { readOrganizationName, readWholeNumber } from '../settings.ts';
import { createSettingsReader } from '../settings-reader.ts';
import { embeddedSource, hostBlock, TERRAFORM_TOKEN_VARIABLE } from '../terraform-settings.ts';
import { serveCatalogue } from './serve-catalogue.ts';
import { serveMirror } from './serve-mirror.ts';

const DEFAULT_DATA = './provider-sync-data';
const DEFAULT_PORT = 8080;
const DEFAULT_ORGANIZATION = 'example';

export const serveCommand: CommandSpec = {
  name: 'serve',
  summary: 'run a private registry, a network mirror or a catalogue on this machine',
  description:
    'Runs a private registry on 127.0.0.1, kept in a folder: it takes uploads as HCP Terraform does and ' +
    'serves providers to Terraform, until Ctrl-C. For trying things out and for tests. With --mirror, it ' +
    'serves a folder as a network mirror instead, over https with a certificate of its own, and with --catalogue ' +
    'a catalogue.',
  options: [
    { flags: '--data <dir>', description: `where it keeps everything (default: ${DEFAULT_DATA})` },
    { flags: '--mirror <dir>', description: 'serve this folder as a network mirror; needs --tls' },
    {
      flags: '--catalogue <dir>',
      description: 'serve this folder as a catalogue of providers, for a browser',
    },
    { flags: '--tls', description: 'serve the mirror over https; prints what a client has to trust' },
    {
      flags: '--port <n>',
      description: `0 takes any free port (default: ${DEFAULT_PORT}; for a mirror 8443, for a catalogue 8081)`,
    },
    {
      flags: '--organization <name>',
      description: `its one organization (default: ${DEFAULT_ORGANIZATION})`,
    },
    {
      flags: '--lenient',
      description:
        'take what HCP Terraform takes, though no client can verify it: any key id, digest and key',
    },
    { flags: '--json', description: 'one JSON document on stdout when it is ready' },
  ],
  variables: [
    {
      name: 'TFC_TOKEN',
      description: 'the token it asks for (default: made once, kept in a file in its folder)',
    },
    { name: 'TFC_ORGANIZATION', description: 'as --organization' },
  ],
  examples: [
    'provider-sync serve',
    'provider-sync serve --data /tmp/registry --port 0 --json',
    'provider-sync serve --mirror ./mirror --tls',
    'provider-sync serve --catalogue ./catalogue',
  ],
  async run(invocation) {
    if (invocation.options['catalogue'] !== undefined) return await serveCatalogue(invocation);
    if (invocation.options['mirror'] !== undefined) return await serveMirror(invocation, DEFAULT_DATA);
    const { io, signal } = invocation;
    const { port, organization, dataDir, json, lenient } = readServeSettings(invocation);
    const { token, tokenFile } = await provideToken(invocation, dataDir);
    const server = await startEmbeddedRegistry({
      dataDir: join(dataDir, 'registry'),
      port,
      organization,
      token,
      builtInKey: false,
      lenient,
      onError: (error) => io.stderr.write(`Error: ${toSyncError(error).message}\n`),
    });
    const served: Served = { url: server.url, organization, dataDir, tokenFile };
    io.stdout.write(json ? jsonDocument(served) : welcome(served));
    if (!signal.aborted) await once(signal, 'abort');
    await server.close();
    return 0;
  },
};

function readServeSettings(invocation: Invocation) {
  const reader = createSettingsReader(invocation);
  const port = reader.option('--port');
  if (reader.switchedOn('--tls')) {
    reader.note({
      path: '--tls',
      message: 'is for a mirror',
      fix: 'Name its folder with --mirror, or leave it out.',
    });
  }
  const named = reader.option('--organization') ?? reader.variable('TFC_ORGANIZATION');
  const settings = {
    port: port === undefined ? DEFAULT_PORT : readWholeNumber(reader, port, 0, 65_535),
    organization: named === undefined ? DEFAULT_ORGANIZATION : readOrganizationName(reader, named),
    dataDir: resolve(reader.option('--data')?.value ?? DEFAULT_DATA),
    json: reader.switchedOn('--json'),
    lenient: reader.switchedOn('--lenient'),
  };
  const { port: soundPort, organization } = settings;
  return {
    ...settings,
    port: reader.requireSound(soundPort),
    organization: reader.requireSound(organization),
  };
}

interface Served {
  readonly url: string;
  readonly organization: string;
  readonly dataDir: string;
  /** Null when the token came from TFC_TOKEN. */
  readonly tokenFile: string | null;
}

/** TFC_TOKEN, or the token in the data folder, made the first time. */
async function provideToken(
  { io }: Invocation,
  dataDir: string,
): Promise<{ readonly token: string; readonly tokenFile: string | null }> {
  const given = io.environment['TFC_TOKEN']?.trim() ?? '';
  if (given !== '') return { token: given, tokenFile: null };
  const path = join(dataDir, 'token');
  try {
    await mkdir(dataDir, { recursive: true });
    await writeFile(path, `${randomBytes(24).toString('base64url')}\n`, { mode: 0o600, flag: 'wx' });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') {
      const problems = [{ path: '--data', message: `${dataDir} cannot be written to` }];
      throw new SyncError('ArgumentsInvalid', 'The registry has nowhere to keep its data.', {
        cause,
        problems,
      });
    }
  }
  const warn = (message: string) => io.stderr.write(`Warning: ${message}\n`);
  return { token: await createFileTokenSource({ path, warn }).read(), tokenFile: path };
}

function welcome({ url, organization, dataDir, tokenFile }: Served): string {
  const syncToken = tokenFile === null ? [] : [`  export TFC_TOKEN_FILE=${shellWord(tokenFile)}`];
  const installToken = tokenFile === null ? '"$TFC_TOKEN"' : `"$(cat ${shellWord(tokenFile)})"`;
  return [
    `The private registry of organization "${organization}" is at ${url}`,
    `  data   ${dataDir}`,
    `  token  ${tokenFile === null ? 'the one in TFC_TOKEN' : `in ${tokenFile}`}`,
    '',
    'To sync into it:',
    '',
    `  export TFC_ADDRESS=${url}`,
    `  export TFC_ORGANIZATION=${organization}`,
    ...syncToken,
    '  provider-sync sync config.json',
    '',
    'To install from it, put this into Terraform’s CLI configuration (~/.terraformrc, or the file',
    'that TF_CLI_CONFIG_FILE names):',
    '',
    ...hostBlock(url)
      .split('\n')
      .map((line) => `  ${line}`),
    '',
    `and set the token; a provider’s source is then "${embeddedSource(organization, 'TYPE')}":`,
    '',
    `  export ${TERRAFORM_TOKEN_VARIABLE}=${installToken}`,
    '',
    'Ctrl-C stops it.',
    '',
  ].join('\n');
}
