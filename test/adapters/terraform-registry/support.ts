import type { HttpDocument } from '../../../src/adapters/http/contract.ts';
import { createPublicRegistry } from '../../../src/adapters/terraform-registry/public-registry.ts';
import type { PublicRegistry } from '../../../src/ports/public-registry.ts';
import { type TestHttpClient, testHttpClient } from '../../support/http-client.ts';
import {
  type Script,
  type ScriptedAnswer,
  type ScriptedServer,
  scriptedServer,
} from '../../support/scripted-server.ts';

const HOST = 'registry.example.com';
export const ANVIL = { hostname: HOST, namespace: 'acme', type: 'anvil' };

export const DISCOVERY = '/.well-known/terraform.json';
export const VERSIONS = '/v1/providers/acme/anvil/versions';
export const PACKAGE = '/v1/providers/acme/anvil/1.0.0/download/linux/amd64';

/** A package document that is right; its links are relative to itself. */
export const PACKAGE_DOCUMENT = {
  protocols: ['5.0'],
  os: 'linux',
  arch: 'amd64',
  filename: 'terraform-provider-anvil_1.0.0_linux_amd64.zip',
  download_url: 'files/anvil.zip',
  shasums_url: 'files/SHA256SUMS',
  shasums_signature_url: 'files/SHA256SUMS.sig',
  shasum: 'ab'.repeat(32),
  signing_keys: { gpg_public_keys: [{ key_id: '0123456789ABCDEF', ascii_armor: 'armor' }] },
};

/** A registry of one provider, 1.0.0 for linux_amd64, whose files hold their own names. */
const RIGHT: Readonly<Record<string, ScriptedAnswer>> = {
  [DISCOVERY]: { json: { 'providers.v1': '/v1/providers/' } },
  [VERSIONS]: { json: { versions: [{ version: '1.0.0', protocols: ['5.0'], platforms: [] }] } },
  [PACKAGE]: { json: PACKAGE_DOCUMENT },
  [`${PACKAGE.replace('amd64', '')}files/SHA256SUMS`]: { body: 'SHA256SUMS' },
  [`${PACKAGE.replace('amd64', '')}files/SHA256SUMS.sig`]: { body: 'SHA256SUMS.sig' },
  [`${PACKAGE.replace('amd64', '')}files/anvil.zip`]: { body: 'anvil.zip' },
};

export interface ScriptedRegistry extends AsyncDisposable {
  readonly registry: PublicRegistry;
  readonly server: ScriptedServer;
  readonly http: TestHttpClient;
}

/** The adapter in front of a right registry, but for what `script` answers. */
export async function scriptedRegistry(
  script: Script = () => undefined,
  address: (url: string) => string = (url) => url,
): Promise<ScriptedRegistry> {
  const server = await scriptedServer((request, nth) => script(request, nth) ?? RIGHT[request.path]);
  const http = testHttpClient('upstream');
  return {
    registry: createPublicRegistry({ http, addresses: { [HOST]: address(server.url) } }),
    server,
    http,
    [Symbol.asyncDispose]: async () => {
      await http.close();
      await server[Symbol.asyncDispose]();
    },
  };
}

/** A script that answers one path and leaves the rest right. */
export function only(path: string, answer: ScriptedAnswer | 'cut'): Script {
  return (request) => (request.path === path ? answer : undefined);
}

/** An answer of the public registry with this text. */
export function documentOf(text: string | Uint8Array): HttpDocument {
  return {
    status: 200,
    headers: new Headers(),
    url: 'https://registry.example.com/v1/providers/acme/anvil/versions',
    bytes: new Uint8Array(Buffer.from(text)),
    target: 'the versions of registry.example.com/acme/anvil',
    side: 'upstream',
  };
}
