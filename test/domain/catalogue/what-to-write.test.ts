import { describe, expect, it } from 'vitest';
import type { ClientInputs } from '../../../src/domain/catalogue/form/overview.ts';
import { type Tool, whatToWrite } from '../../../src/domain/catalogue/what-to-write.ts';

const AWS = 'registry.terraform.io/hashicorp/aws';
const HOSTS = ['registry.terraform.io', 'registry.opentofu.org'];
const MIRROR: ClientInputs = { kind: 'network-mirror', url: '../', folder: null, hosts: HOSTS };
const FOLDER: ClientInputs = { kind: 'network-mirror', url: null, folder: '/srv/my "mirror"', hosts: HOSTS };
const REGISTRY: ClientInputs = { kind: 'private-registry', host: 'app.terraform.io', organization: 'Acme' };
const SERVED: ClientInputs = { ...REGISTRY, host: 'my-host.example', service: 'http://127.0.0.1:8080/v1/' };
const OCI: ClientInputs = {
  kind: 'oci-mirror',
  template: 'registry.example.com/${hostname}/${namespace}/${type}',
  hosts: ['registry.opentofu.org'],
};
const PACKAGES = [
  { sha256: 'b'.repeat(64), h1: `h1:${'B'.repeat(43)}=` },
  { sha256: 'a'.repeat(64), h1: null },
];

interface Case {
  readonly tool?: Tool;
  readonly address?: string;
  readonly client: ClientInputs;
  readonly packages?: typeof PACKAGES;
  readonly base?: string | null;
}

function written({ tool = 'terraform', address = AWS, client, packages = PACKAGES, base }: Case) {
  const destination = { name: 'place', client };
  const { snippets, notes } = whatToWrite({
    tool,
    address,
    version: '5.100.0',
    packages,
    destination,
    base: base === undefined ? 'https://mirror.example.com/team/catalogue/' : base,
  });
  return { notes, texts: Object.fromEntries(snippets.map(({ id, text }) => [id, text])), snippets };
}

describe('what to write into a module', () => {
  it.each<Case & { readonly source: string; readonly name?: string }>([
    { client: MIRROR, source: 'hashicorp/aws' },
    { client: MIRROR, tool: 'tofu', source: AWS },
    {
      client: MIRROR,
      address: 'registry.opentofu.org/hashicorp/aws',
      source: 'registry.opentofu.org/hashicorp/aws',
    },
    { client: MIRROR, address: 'registry.opentofu.org/hashicorp/aws', tool: 'tofu', source: 'hashicorp/aws' },
    {
      client: OCI,
      address: 'registry.example.com/acme/anvil',
      tool: 'tofu',
      source: 'registry.example.com/acme/anvil',
      name: 'anvil',
    },
    { client: REGISTRY, source: 'app.terraform.io/acme/aws' },
    { client: REGISTRY, tool: 'tofu', source: 'app.terraform.io/acme/aws' },
    {
      client: MIRROR,
      address: 'registry.terraform.io/acme/3par',
      source: 'acme/3par',
      name: 'provider-3par',
    },
  ])('names $source to $tool ($address by $client.kind)', ({ source, name = 'aws', ...asked }) => {
    expect(written(asked).texts['required-providers']).toBe(
      [
        'terraform {',
        '  required_providers {',
        `    ${name} = {`,
        `      source  = "${source}"`,
        '      version = "5.100.0"',
        '    }',
        '  }',
        '}',
      ].join('\n'),
    );
  });
});

describe('what to write for a client', () => {
  const block = (method: string, line: string, hosts = HOSTS) => {
    const patterns = `[${hosts.map((host) => `"${host}/*/*"`).join(', ')}]`;
    const pad = line.indexOf('=') - 1;
    const include = `${'include'.padEnd(pad)} = ${patterns}`;
    return `provider_installation {\n  ${method} {\n    ${line}\n    ${include}\n  }\n  direct {\n    exclude = ${patterns}\n  }\n}`;
  };

  it.each<Case & { readonly id: string; readonly file: string; readonly text: string }>([
    {
      client: MIRROR,
      id: 'client',
      file: '~/.terraformrc',
      text: block('network_mirror', 'url     = "https://mirror.example.com/team/"'),
    },
    {
      client: { ...MIRROR, url: 'https://elsewhere.example.com/' },
      base: null,
      tool: 'tofu',
      id: 'client',
      file: '~/.tofurc',
      text: block('network_mirror', 'url     = "https://elsewhere.example.com/"'),
    },
    {
      client: FOLDER,
      id: 'client-folder',
      file: '~/.terraformrc',
      text: block('filesystem_mirror', 'path    = "/srv/my \\"mirror\\""'),
    },
    {
      client: MIRROR,
      address: 'registry.example.com/acme/anvil',
      id: 'client',
      file: '~/.terraformrc',
      text: block('network_mirror', 'url     = "https://mirror.example.com/team/"', [
        'registry.example.com',
        'registry.opentofu.org',
        'registry.terraform.io',
      ]),
    },
    {
      client: OCI,
      address: 'registry.opentofu.org/hashicorp/aws',
      tool: 'tofu',
      id: 'client',
      file: '~/.tofurc',
      text: block(
        'oci_mirror',
        'repository_template = "registry.example.com/${hostname}/${namespace}/${type}"',
        ['registry.opentofu.org'],
      ),
    },
    {
      client: SERVED,
      id: 'client',
      file: '~/.terraformrc',
      text: 'host "my-host.example" {\n  services = {\n    "providers.v1" = "http://127.0.0.1:8080/v1/"\n  }\n}',
    },
  ])('is a block for $tool and $client', ({ id, file, text, ...asked }) => {
    expect(written(asked).snippets.find((each) => each.id === id)).toMatchObject({ file, text });
  });

  it.each<Case & { readonly notes: readonly string[] }>([
    { client: MIRROR, notes: [] },
    { client: REGISTRY, notes: ['Log in once: terraform login app.terraform.io'] },
    { client: REGISTRY, tool: 'tofu', notes: ['Log in once: tofu login app.terraform.io'] },
    {
      client: SERVED,
      notes: ['The registry asks for a token: put it into the variable TF_TOKEN_my__host_example.'],
    },
    { client: OCI, notes: ['Terraform cannot read an OCI mirror; OpenTofu 1.10 and later can.'] },
    {
      client: MIRROR,
      base: 'http://127.0.0.1:8000/catalogue/',
      notes: [
        'Terraform reads a network mirror over https alone, and under which https address clients reach place is not known here.',
      ],
    },
    {
      client: { ...FOLDER, folder: '/srv/mirror' },
      tool: 'tofu',
      notes: [
        'OpenTofu reads a network mirror over https alone: "provider-sync serve --mirror /srv/mirror --tls" serves this one so.',
      ],
    },
    { client: MIRROR, packages: [], notes: ['Digests for a lock entry are not known here.'] },
    { client: { kind: 'none' }, notes: [] },
  ])('has the notes $notes for $tool and $client', ({ notes, ...asked }) => {
    expect(written(asked).notes).toEqual(notes);
  });

  it('offers Terraform nothing for an OCI mirror', () => {
    expect(written({ client: OCI }).snippets).toEqual([]);
  });
});

describe('what to write into a lock file', () => {
  it('is the entry as the client writes it, hashes in order', () => {
    expect(written({ client: REGISTRY }).texts['lock']).toBe(
      [
        'provider "app.terraform.io/acme/aws" {',
        '  version     = "5.100.0"',
        '  constraints = "5.100.0"',
        '  hashes = [',
        `    "h1:${'B'.repeat(43)}=",`,
        `    "zh:${'a'.repeat(64)}",`,
        `    "zh:${'b'.repeat(64)}",`,
        '  ]',
        '}',
      ].join('\n'),
    );
  });
});
