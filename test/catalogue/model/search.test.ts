import { describe, expect, it } from 'vitest';
import { EVERYTHING, type OverviewQuery } from '../../../src/catalogue/model/query.ts';
import {
  countStates,
  indexOverview,
  namespacesOf,
  selectProviders,
} from '../../../src/catalogue/model/search.ts';
import type { Overview, ProviderRow } from '../../../src/domain/catalogue/form/overview.ts';
import { CATALOGUE_FORMAT } from '../../../src/domain/catalogue/form/pointer.ts';

const row = (address: string, change: Partial<ProviderRow> = {}): ProviderRow => ({
  address,
  detail: `data/${address}.json`,
  detailSha256: '',
  newest: '1.0.0',
  versions: 1,
  platforms: [0],
  destinations: [0],
  signer: null,
  changed: null,
  states: ['available'],
  held: [],
  upstream: null,
  behind: null,
  bytes: null,
  ...change,
});

const TF = 'registry.terraform.io';
const OVERVIEW: Overview = {
  format: CATALOGUE_FORMAT,
  made: { at: '2026-11-20T06:00:00.000Z', run: null, by: '1.0.0', generation: 'g' },
  destinations: ['registry', 'mirror'].map((name) => ({
    name,
    kind: 'network-mirror',
    description: name,
    client: { kind: 'none' },
  })),
  platforms: ['linux_amd64', 'darwin_arm64'],
  signers: [{ keyId: '34365D9472D7468F', userIds: ['HashiCorp Security <security@hashicorp.com>'] }],
  providers: [
    row(`${TF}/hashicorp/aws`, {
      signer: 0,
      newest: '6.1.0',
      versions: 9,
      behind: 3,
      bytes: 10,
      changed: '2026-11-03',
    }),
    row(`${TF}/hashicorp/awscc`, {
      platforms: [0, 1],
      behind: 0,
      states: ['behind', 'available'],
      changed: '2026-11-05',
    }),
    row(`${TF}/acme/aws-extras`, {
      destinations: [1],
      states: ['recalled', 'held'],
      newest: null,
      versions: 0,
    }),
    row(`${TF}/aws/toolbox`, { states: ['needs-approval', 'available'], bytes: 30, changed: '2026-11-01' }),
    row('registry.opentofu.org/hashicorp/random', { states: [], newest: null, versions: 0, platforms: [] }),
  ],
  bottles: [],
  missing: [],
};
const INDEX = indexOverview(OVERVIEW);

function found(query: Partial<OverviewQuery>): readonly string[] {
  return selectProviders(INDEX, OVERVIEW, { ...EVERYTHING, ...query }).map(({ row }) =>
    row.address.split('/').slice(1).join('/'),
  );
}

describe('what a query of the overview finds', () => {
  it.each<[Partial<OverviewQuery>, readonly string[]]>([
    // By name where nothing is asked for.
    [{}, ['hashicorp/aws', 'acme/aws-extras', 'hashicorp/awscc', 'hashicorp/random', 'aws/toolbox']],
    // The very name, then names that begin so, then the namespace.
    [{ text: 'aws' }, ['hashicorp/aws', 'acme/aws-extras', 'hashicorp/awscc', 'aws/toolbox']],
    [{ text: 'AWS' }, ['hashicorp/aws', 'acme/aws-extras', 'hashicorp/awscc', 'aws/toolbox']],
    [{ text: 'hashicorp/aws' }, ['hashicorp/aws', 'hashicorp/awscc']],
    // Every word, in any order.
    [{ text: ' aws  hashicorp ' }, ['hashicorp/aws', 'hashicorp/awscc']],
    [{ text: 'extra aws' }, ['acme/aws-extras']],
    [{ text: 'opentofu' }, ['hashicorp/random']],
    [{ text: 'security' }, ['hashicorp/aws']],
    [{ text: '34365d94' }, ['hashicorp/aws']],
    [{ text: '6.1.0' }, ['hashicorp/aws']],
    [{ text: 'nothing like it' }, []],
    [{ text: '(.*' }, []],
    [{ namespace: 'acme' }, ['acme/aws-extras']],
    [{ namespace: `${TF}/hashicorp` }, ['hashicorp/aws', 'hashicorp/awscc']],
    [{ platform: 'darwin_arm64' }, ['hashicorp/awscc']],
    [{ platform: 'plan9_arm' }, []],
    [{ destination: 'mirror' }, ['acme/aws-extras']],
    [{ destination: 'gone' }, []],
    [{ state: 'held' }, ['acme/aws-extras']],
    [{ state: 'absent' }, ['hashicorp/random']],
    [{ state: 'available', text: 'aws' }, ['hashicorp/aws', 'hashicorp/awscc', 'aws/toolbox']],
    [
      { sort: 'name', descending: true },
      ['aws/toolbox', 'hashicorp/random', 'hashicorp/awscc', 'acme/aws-extras', 'hashicorp/aws'],
    ],
    [
      { sort: 'state' },
      ['acme/aws-extras', 'aws/toolbox', 'hashicorp/awscc', 'hashicorp/random', 'hashicorp/aws'],
    ],
    [
      { sort: 'versions', descending: true },
      ['hashicorp/aws', 'hashicorp/awscc', 'aws/toolbox', 'acme/aws-extras', 'hashicorp/random'],
    ],
    // What is not known comes last, whichever way.
    [{ sort: 'bytes', text: 'aws' }, ['hashicorp/aws', 'aws/toolbox', 'acme/aws-extras', 'hashicorp/awscc']],
    [
      { sort: 'bytes', text: 'aws', descending: true },
      ['aws/toolbox', 'hashicorp/aws', 'acme/aws-extras', 'hashicorp/awscc'],
    ],
    [
      { sort: 'changed', descending: true, state: 'available' },
      ['hashicorp/awscc', 'hashicorp/aws', 'aws/toolbox'],
    ],
  ])('%j', (query, addresses) => {
    expect(found(query)).toEqual(addresses);
  });

  it('is never more than there is, nor an order of its own making', () => {
    const all = new Set(found({}));
    for (const sort of ['name', 'state', 'versions', 'behind', 'bytes', 'changed'] as const) {
      for (const descending of [true, false]) expect(new Set(found({ sort, descending }))).toEqual(all);
    }
  });
});

describe('what there is to choose from', () => {
  it('names the host of a namespace that two hosts have', () => {
    expect(namespacesOf(INDEX)).toEqual([
      'acme',
      'aws',
      'hashicorp',
      'registry.opentofu.org/hashicorp',
      'registry.terraform.io/hashicorp',
    ]);
  });

  it('counts a provider in each of its states', () => {
    expect(Object.fromEntries(countStates(OVERVIEW))).toEqual({
      available: 3,
      behind: 1,
      recalled: 1,
      held: 1,
      'needs-approval': 1,
      absent: 1,
    });
  });
});
