import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SyncConfig } from '../../../src/domain/config/config.ts';
import type { ListedProvider } from '../../../src/domain/retention/listed.ts';
import { providersInScope, type ScopeInput } from '../../../src/domain/retention/scope.ts';
import { LATEST } from './listings.ts';

function configFor(...types: readonly string[]): SyncConfig {
  return {
    providers: types.map((type, index) => ({
      path: `$[${index}]`,
      address: { hostname: 'registry.terraform.io', namespace: 'hashicorp', type },
      requested: LATEST,
      platforms: [{ os: 'linux', arch: 'amd64' }],
      pinnedKeyId: undefined,
      retain: [],
      destinations: undefined,
      allowOtherVersionNames: false,
      policy: undefined,
    })),
    destinations: undefined,
    policy: undefined,
    bottles: undefined,
  };
}

const own = (name: string): ListedProvider => ({ name, namespace: 'example', registryName: 'private' });

function scope(input: Partial<ScopeInput>): readonly string[] {
  return providersInScope({
    listed: [],
    organization: 'example',
    config: configFor(),
    scope: 'config',
    ...input,
  });
}

describe('the providers in scope', () => {
  const listed = [own('null'), own('inhouse'), own('aws')];

  it('are those the config names', () => {
    expect(scope({ listed, config: configFor('aws', 'null', 'missing') })).toEqual(['aws', 'null']);
  });

  it('are none when the config names none', () => {
    expect(scope({ listed })).toEqual([]);
  });

  it('are all private ones in scope all, in alphabetical order', () => {
    expect(scope({ listed, config: configFor('aws'), scope: 'all' })).toEqual(['aws', 'inhouse', 'null']);
  });

  it('include no public entry, even of a provider the config names', () => {
    const entry: ListedProvider = { name: 'random', namespace: 'hashicorp', registryName: 'public' };
    const inOwnName: ListedProvider = { ...entry, namespace: 'example' };
    const input = { listed: [entry, inOwnName], config: configFor('random') };
    expect(scope(input)).toEqual([]);
    expect(scope({ ...input, scope: 'all' })).toEqual([]);
  });

  it('include none of another organization', () => {
    const entry: ListedProvider = { name: 'aws', namespace: 'other', registryName: 'private' };
    expect(scope({ listed: [entry], config: configFor('aws'), scope: 'all' })).toEqual([]);
  });

  it('are found in whatever case names are written', () => {
    const entry: ListedProvider = { name: 'AWS', namespace: 'Example', registryName: 'private' };
    expect(scope({ listed: [entry], organization: 'eXample', config: configFor('aws') })).toEqual(['AWS']);
    expect(scope({ listed: [entry], config: configFor('aws'), only: 'Aws' })).toEqual(['AWS']);
    expect(() => scope({ listed: [entry], only: 'Aws' })).toThrow(
      'The config does not name the provider "Aws"',
    );
  });

  it('name a provider once that is listed twice', () => {
    expect(scope({ listed: [own('aws'), own('aws')], scope: 'all' })).toEqual(['aws']);
  });

  it('are the one that was asked for', () => {
    expect(scope({ listed, config: configFor('aws', 'null'), only: 'null' })).toEqual(['null']);
  });

  it('refuse one that the config does not name, and take it in scope all', () => {
    expect(() => scope({ listed, config: configFor('aws'), only: 'inhouse' })).toThrow(
      expect.objectContaining({
        code: 'ProviderNotFound',
        message: expect.stringContaining('set the scope to all'),
      }),
    );
    expect(scope({ listed, config: configFor('aws'), only: 'inhouse', scope: 'all' })).toEqual(['inhouse']);
  });

  it('refuse one that the organization does not have', () => {
    expect(() => scope({ listed, config: configFor('google'), only: 'google' })).toThrow(
      expect.objectContaining({
        code: 'ProviderNotFound',
        message: expect.stringContaining('organization "example" has no private provider "google"'),
      }),
    );
  });

  it('are never more than the private ones of the organization that the config names', () => {
    const name = fc.constantFrom('aws', 'null', 'inhouse', 'google');
    const entry = fc.record({
      name,
      namespace: fc.constantFrom('example', 'hashicorp'),
      registryName: fc.constantFrom('private' as const, 'public' as const),
    });
    const law = (listed: ListedProvider[], types: string[], all: boolean) => {
      const found = scope({ listed, config: configFor(...types), scope: all ? 'all' : 'config' });
      const allowed = listed.filter(
        (one) =>
          one.registryName === 'private' && one.namespace === 'example' && (all || types.includes(one.name)),
      );
      expect(found).toEqual([...new Set(allowed.map((one) => one.name))].sort());
    };
    fc.assert(fc.property(fc.array(entry), fc.uniqueArray(name), fc.boolean(), law));
  });
});
