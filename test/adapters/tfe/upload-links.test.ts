import { describe, expect, it } from 'vitest';
import type { PrivateRegistry } from '../../../src/adapters/tfe/contract.ts';
import { HASHICORP_KEY_ID } from '../../../src/domain/integrity/signing-key.ts';
import { inChunks } from '../../contract/bytes.ts';
import type { ScriptedAnswer } from '../../support/scripted-server.ts';
import { LINUX, versionOf } from '../../support/sync-world.ts';
import {
  PLATFORM,
  PLATFORMS,
  platform,
  platformDocument,
  proxiedRegistry,
  type ScriptedRegistry,
  scriptedRegistry,
  VERSION,
  VERSIONS,
  versionDocument,
} from './support.ts';

const V1 = versionOf('1.0.0');
const SUMS = Buffer.from(`${platform.shasum}  anvil.zip\n`);
const CREATED = '/objects/created?secret=1';

async function create(registry: PrivateRegistry): Promise<void> {
  await registry.createVersion('anvil', V1, { keyId: HASHICORP_KEY_ID, protocols: ['5.0'] });
  await registry.createPlatform('anvil', V1, platform);
}

const SMALL_FILES = [
  {
    what: 'SHA256SUMS',
    path: VERSION,
    uploaded: 'shasums-uploaded',
    link: 'shasums',
    fresh: 'PUT /objects/sums?secret=1',
    document: versionDocument,
    upload: (registry: PrivateRegistry) => registry.uploadShasums('anvil', V1, SUMS),
  },
  {
    what: 'the signature',
    path: VERSION,
    uploaded: 'shasums-sig-uploaded',
    link: 'shasums-sig',
    fresh: 'PUT /objects/sig?secret=1',
    document: versionDocument,
    upload: (registry: PrivateRegistry) => registry.uploadShasumsSignature('anvil', V1, SUMS),
  },
] as const;

const PACKAGE = {
  what: 'a package',
  path: PLATFORM,
  uploaded: 'provider-binary-uploaded',
  link: 'provider-binary',
  fresh: 'PUT /objects/package?secret=1',
  document: platformDocument,
  upload: (registry: PrivateRegistry) =>
    registry.packageSink('anvil', V1, LINUX).send(inChunks(SUMS), SUMS.length),
} as const;

const FILES = [...SMALL_FILES, PACKAGE] as const;
type UploadedFile = (typeof FILES)[number];

/** A right API whose creations give the link `created` for `file`, and where its uploads are met with `answer`. */
function serverFor(
  { path, link, uploaded, document }: UploadedFile,
  answer: ScriptedAnswer | 'cut' = {},
  { created = CREATED, there = false } = {},
): Promise<ScriptedRegistry> {
  const links = { [`${link}-upload`]: created };
  const stored = document({ [uploaded]: true }, { [`${link}-download`]: '/objects/there' });
  const answers: Readonly<Record<string, ScriptedAnswer | 'cut'>> = {
    [`POST ${VERSIONS}`]: { status: 201, json: { data: versionDocument({}, links) } },
    [`POST ${PLATFORMS}`]: { status: 201, json: { data: platformDocument({}, links) } },
    [`PUT ${CREATED}`]: answer,
    'GET /objects/there': { body: SUMS },
    ...(there ? { [`GET ${path}`]: { json: { data: stored } } } : {}),
  };
  return scriptedRegistry(({ method, path: asked }) => answers[`${method} ${asked}`]);
}

function sentSince({ server }: ScriptedRegistry, start: number): readonly string[] {
  return server.requests.slice(start).map(({ method, path }) => `${method} ${path}`);
}

function puts(scripted: ScriptedRegistry): readonly string[] {
  return sentSince(scripted, 0).filter((request) => request.startsWith('PUT'));
}

describe.each(FILES)('the link for $what in the answer to a creation', (file) => {
  const { path, fresh, upload } = file;

  it('is where it is first sent, and every further send reads a fresh one', async () => {
    await using scripted = await serverFor(file);
    await create(scripted.registry);
    const start = scripted.server.requests.length;
    await upload(scripted.registry);
    await upload(scripted.registry);
    expect(sentSince(scripted, start)).toEqual([`PUT ${CREATED}`, `GET ${path}`, fresh]);
    expect(scripted.server.requests[start]?.headers).not.toHaveProperty('authorization');
  });

  it('is dropped by a read of the version', async () => {
    await using scripted = await serverFor(file);
    await create(scripted.registry);
    await scripted.registry.readProviderVersion('anvil', V1);
    const start = scripted.server.requests.length;
    await upload(scripted.registry);
    expect(sentSince(scripted, start)).toEqual([`GET ${path}`, fresh]);
  });

  it('may be missing', async () => {
    await using scripted = await serverFor(file, {}, { created: '' });
    await create(scripted.registry);
    const start = scripted.server.requests.length;
    await upload(scripted.registry);
    expect(sentSince(scripted, start)).toEqual([`GET ${path}`, fresh]);
  });

  it('is refused when it is not an https address, without being shown', async () => {
    await using scripted = await serverFor(file, {}, { created: 'http://storage.example.com/secret' });
    await create(scripted.registry);
    const failure = (await upload(scripted.registry).catch((error: Error) => error)) as Error;
    expect(failure).toMatchObject({ code: 'DestinationResponseInvalid' });
    expect(failure.message).not.toContain('secret');
  });
});

const REFUSALS = [{ status: 403 }, { status: 404 }, { status: 409 }, 'cut'] as const;

describe.each(SMALL_FILES)('the upload of $what to the link of a creation', (file) => {
  it.each(REFUSALS)('is repeated to a fresh one after %j', async (answer) => {
    await using scripted = await serverFor(file, answer);
    await create(scripted.registry);
    await file.upload(scripted.registry);
    expect(sentSince(scripted, -2)).toEqual([`GET ${file.path}`, file.fresh]);
  });

  it('is well when the file came from elsewhere meanwhile', async () => {
    await using scripted = await serverFor(file, { status: 409 }, { there: true });
    await create(scripted.registry);
    await file.upload(scripted.registry);
    expect(puts(scripted)).toEqual([`PUT ${CREATED}`]);
  });
});

describe('the upload of a package to the link of a creation', () => {
  it.each(REFUSALS)('may be repeated to a fresh one after %j, which is never shown', async (answer) => {
    await using scripted = await serverFor(PACKAGE, answer);
    await create(scripted.registry);
    const failure = (await PACKAGE.upload(scripted.registry).catch((error: Error) => error)) as Error;
    expect(failure).toMatchObject({ code: 'DestinationUnavailable', retryable: true });
    expect(failure.message).not.toMatch(/objects|secret/);
    await PACKAGE.upload(scripted.registry);
    expect(sentSince(scripted, -2)).toEqual([`GET ${PACKAGE.path}`, PACKAGE.fresh]);
  });

  it('need not be repeated when the package came from elsewhere meanwhile', async () => {
    await using scripted = await serverFor(PACKAGE, { status: 409 }, { there: true });
    await create(scripted.registry);
    await expect(PACKAGE.upload(scripted.registry)).rejects.toMatchObject({ code: 'DestinationUnavailable' });
    await PACKAGE.upload(scripted.registry);
    expect(puts(scripted)).toEqual([`PUT ${CREATED}`]);
  });
});

describe('a creation that finds what is there', () => {
  it('leaves no link behind', async () => {
    await using scripted = await scriptedRegistry(({ method }) =>
      method === 'POST' ? { status: 422 } : undefined,
    );
    await create(scripted.registry);
    const start = scripted.server.requests.length;
    for (const { upload } of FILES) await upload(scripted.registry);
    const reads = scripted.server.requests.slice(start).filter(({ method }) => method === 'GET');
    expect(reads.map(({ path }) => path)).toEqual(FILES.map(({ path }) => path));
  });
});

describe('an upload that breaks, against the embedded registry', () => {
  it('is repeated with a fresh link', async () => {
    await using proxied = await proxiedRegistry({
      method: 'PUT',
      action: { kind: 'drop-request', afterBytes: 5 },
    });
    const { registry, proxy } = proxied;
    await registry.createProvider('anvil');
    await create(registry);
    const sink = registry.packageSink('anvil', V1, LINUX);
    await expect(sink.send(inChunks(SUMS), SUMS.length)).rejects.toMatchObject({
      code: 'DestinationUnavailable',
    });
    const start = proxy.requests.length;
    await sink.send(inChunks(SUMS), SUMS.length);
    expect(proxy.requests.slice(start).map(({ method }) => method)).toEqual(['GET', 'PUT']);
    expect(proxy.requests[start]?.path).toBe(PLATFORM);
    const { version } = await registry.readProviderVersion('anvil', V1);
    expect(version?.platforms).toMatchObject([{ uploaded: true }]);
  });
});
