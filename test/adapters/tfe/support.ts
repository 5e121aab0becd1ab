import type { PrivateRegistry } from '../../../src/adapters/tfe/contract.ts';
import { createPrivateRegistry } from '../../../src/adapters/tfe/private-registry.ts';
import { createSigningKeys } from '../../../src/adapters/tfe/signing-keys.ts';
import type { Sha256 } from '../../../src/domain/artifact/sha256.ts';
import { HASHICORP_KEY_ID } from '../../../src/domain/integrity/signing-key.ts';
import type { SigningKeys } from '../../../src/ports/signing-keys.ts';
import { createFakeTokenSource, type FakeTokenSource } from '../../fakes/token-source.ts';
import { type ChaosProxy, type Fault, startChaosProxy } from '../../support/chaos-proxy.ts';
import { type TestHttpClient, testHttpClient } from '../../support/http-client.ts';
import { embeddedRegistry } from '../../support/registries.ts';
import {
  type Script,
  type ScriptedAnswer,
  type ScriptedServer,
  scriptedServer,
} from '../../support/scripted-server.ts';

export const PROVIDERS = '/api/v2/organizations/example/registry-providers';
export const PROVIDER = `${PROVIDERS}/private/example/anvil`;
export const VERSIONS = `${PROVIDER}/versions`;
export const VERSION = `${VERSIONS}/1.0.0`;
export const PLATFORMS = `${VERSION}/platforms`;
export const PLATFORM = `${PLATFORMS}/linux/amd64`;
export const KEYS = '/api/registry/private/v2/gpg-keys';
const FIRST_PAGE = 'page[number]=1&page[size]=100';

/** The platform of `platformDocument`, as it is created. */
export const platform = {
  platform: { os: 'linux', arch: 'amd64' },
  filename: 'anvil.zip',
  shasum: 'ab'.repeat(32) as Sha256,
};

type Attributes = Readonly<Record<string, unknown>>;
type Links = Readonly<Record<string, string>>;

export const providerDocument = (id = 'prov-1', name = 'anvil') => ({
  id,
  type: 'registry-providers',
  attributes: { name, namespace: 'example', 'registry-name': 'private' },
});

export const versionDocument = (attributes: Attributes = {}, links: Links = {}) => ({
  id: 'provver-1',
  type: 'registry-provider-versions',
  attributes: {
    version: '1.0.0',
    'created-at': '2026-01-01T00:00:00.000Z',
    'key-id': HASHICORP_KEY_ID,
    protocols: ['5.0'],
    'shasums-uploaded': false,
    'shasums-sig-uploaded': false,
    ...attributes,
  },
  links: {
    'shasums-upload': '/objects/sums?secret=1',
    'shasums-sig-upload': '/objects/sig?secret=1',
    ...links,
  },
});

export const platformDocument = (attributes: Attributes = {}, links: Links = {}) => ({
  id: 'provpltfrm-1',
  type: 'registry-provider-platforms',
  attributes: {
    os: 'linux',
    arch: 'amd64',
    filename: 'anvil.zip',
    shasum: platform.shasum,
    'provider-binary-uploaded': false,
    ...attributes,
  },
  links: { 'provider-binary-upload': '/objects/package?secret=1', ...links },
});

/** The whole of a listing on one page. */
export function pageOf(...data: readonly unknown[]) {
  const pagination = {
    'current-page': 1,
    'next-page': null,
    'prev-page': null,
    'total-pages': 1,
    'total-count': data.length,
  };
  return { data, meta: { pagination } };
}

/** An organization with anvil 1.0.0 in it: one platform, no file uploaded, no key. */
const RIGHT: Readonly<Record<string, ScriptedAnswer>> = {
  [`${PROVIDERS}?page[size]=1`]: { json: pageOf(providerDocument()) },
  [`${PROVIDERS}?${FIRST_PAGE}`]: { json: pageOf(providerDocument()) },
  [PROVIDER]: { json: { data: providerDocument() } },
  [`${VERSIONS}?${FIRST_PAGE}`]: { json: pageOf(versionDocument()) },
  [VERSION]: { json: { data: versionDocument() } },
  [`${PLATFORMS}?${FIRST_PAGE}`]: { json: pageOf(platformDocument()) },
  [PLATFORM]: { json: { data: platformDocument() } },
  [`${KEYS}?filter[namespace]=example&${FIRST_PAGE}`]: { json: pageOf() },
};

interface Adapters {
  readonly registry: PrivateRegistry;
  readonly signingKeys: SigningKeys;
}

interface Subject extends Adapters, AsyncDisposable {
  readonly http: TestHttpClient;
  readonly token: FakeTokenSource;
}

export interface ScriptedRegistry extends Subject {
  readonly server: ScriptedServer;
}

/** The adapter in front of a right API, but for what `script` answers; "/objects/" takes every upload. */
export async function scriptedRegistry(script: Script = () => undefined): Promise<ScriptedRegistry> {
  const server = await scriptedServer((request, nth) => {
    const answer = script(request, nth);
    if (answer !== undefined) return answer;
    if (request.method === 'GET') return RIGHT[request.path];
    return request.method === 'PUT' && request.path.startsWith('/objects/') ? {} : undefined;
  });
  const subject = subjectAt(server.url, createFakeTokenSource('old-token', 'new-token'));
  return { ...subject, server, [Symbol.asyncDispose]: () => closeAll(subject.http, server) };
}

export interface ProxiedRegistry extends Subject {
  readonly proxy: ChaosProxy;
  /** The adapters of another run, which remember nothing. */
  again(): Adapters;
}

/** The adapter in front of an embedded registry, with a proxy between that harms what `faults` name. */
export async function proxiedRegistry(...faults: readonly Fault[]): Promise<ProxiedRegistry> {
  const server = await embeddedRegistry();
  const proxy = await startChaosProxy({ target: server.url, faults });
  const subject = subjectAt(proxy.url, createFakeTokenSource(server.token));
  return {
    ...subject,
    proxy,
    again: () => adaptersAt(proxy.url, subject.token, subject.http),
    [Symbol.asyncDispose]: async () => {
      await closeAll(subject.http);
      await proxy.close();
      await server[Symbol.asyncDispose]();
    },
  };
}

function subjectAt(address: string, token: FakeTokenSource) {
  const http = testHttpClient('destination');
  return { ...adaptersAt(address, token, http), http, token };
}

function adaptersAt(address: string, token: FakeTokenSource, http: TestHttpClient): Adapters {
  const options = { http, address, organization: 'example', token };
  return { registry: createPrivateRegistry(options), signingKeys: createSigningKeys(options) };
}

async function closeAll(http: TestHttpClient, server?: ScriptedServer): Promise<void> {
  await http.close();
  await server?.[Symbol.asyncDispose]();
}
