import { lockBlock, sortHashes } from '../provider-lock/write-lock-file.ts';
import { filesystemBlock, mirrorBlock, ociBlock, serviceBlock } from './client-blocks.ts';
import type { CatalogueDestination } from './form/overview.ts';
import type { PackageDetail } from './form/provider.ts';

export type Tool = 'terraform' | 'tofu';

export interface WhatToWriteInput {
  readonly tool: Tool;
  /** The original address: `registry.terraform.io/hashicorp/aws`. */
  readonly address: string;
  readonly version: string;
  readonly packages: readonly Pick<PackageDetail, 'sha256' | 'h1'>[];
  /** Where it is to be installed from. */
  readonly destination: Pick<CatalogueDestination, 'name' | 'client'>;
  /** The absolute URL of the folder of `catalogue.json`, as the reader's browser reached it; null when unknown. */
  readonly base: string | null;
}

/** A text to paste. */
interface Snippet {
  readonly id: 'required-providers' | 'client' | 'client-folder' | 'lock';
  /** "main.tf", "~/.terraformrc", ".terraform.lock.hcl". */
  readonly file: string;
  readonly title: string;
  readonly text: string;
}

export interface WhatToWrite {
  /** In the order in which they are needed. */
  readonly snippets: readonly Snippet[];
  /** What else there is to know or to do, in sentences. */
  readonly notes: readonly string[];
}

/** The registry that a source of two parts means. */
const DEFAULT_HOST = { terraform: 'registry.terraform.io', tofu: 'registry.opentofu.org' } as const;

const NAME = { terraform: 'Terraform', tofu: 'OpenTofu' } as const;

/** What a person puts into his files so that `init` installs exactly this version from exactly this destination. */
export function whatToWrite(input: WhatToWriteInput): WhatToWrite {
  const { tool, destination } = input;
  const { client } = destination;
  if (client.kind === 'none') return { snippets: [], notes: [] };
  if (client.kind === 'oci-mirror' && tool === 'terraform') {
    return { snippets: [], notes: ['Terraform cannot read an OCI mirror; OpenTofu 1.10 and later can.'] };
  }
  const { snippets, notes } = clientOf(input);
  const lock = lockOf(input);
  return {
    snippets: [requiredProviders(input), ...snippets, ...(lock === undefined ? [] : [lock])],
    notes: [...notes, ...(lock === undefined ? ['Digests for a lock entry are not known here.'] : [])],
  };
}

/** The address that clients know the provider by at the destination. */
function sourceAt({ address, destination }: Pick<WhatToWriteInput, 'address' | 'destination'>): string {
  const { client } = destination;
  if (client.kind !== 'private-registry') return address;
  return `${client.host}/${client.organization.toLowerCase()}/${typeOf(address)}`;
}

function requiredProviders(input: WhatToWriteInput): Snippet {
  const { tool, version } = input;
  const source = sourceAt(input);
  const short = source.startsWith(`${DEFAULT_HOST[tool]}/`) ? source.split('/').slice(1).join('/') : source;
  const text = [
    'terraform {',
    '  required_providers {',
    `    ${localName(typeOf(source))} = {`,
    `      source  = "${short}"`,
    `      version = "${version}"`,
    '    }',
    '  }',
    '}',
  ];
  return { id: 'required-providers', file: 'main.tf', title: 'In the module', text: text.join('\n') };
}

/** A name begins with a letter, whatever a provider's type begins with. */
function localName(type: string): string {
  return /^[a-z]/.test(type) ? type : `provider-${type}`;
}

function clientOf({ tool, destination, base, address }: WhatToWriteInput): WhatToWrite {
  const file = tool === 'terraform' ? '~/.terraformrc' : '~/.tofurc';
  const { client, name } = destination;
  const snippet = (id: Snippet['id'], title: string, text: string): Snippet => ({ id, file, title, text });
  switch (client.kind) {
    case 'private-registry': {
      if (client.service === undefined) {
        return { snippets: [], notes: [`Log in once: ${tool} login ${client.host}`] };
      }
      return {
        snippets: [snippet('client', 'For the client', serviceBlock(client.host, client.service))],
        notes: [
          `The registry asks for a token: put it into the variable TF_TOKEN_${tokenVariable(client.host)}.`,
        ],
      };
    }
    case 'oci-mirror':
      return {
        snippets: [
          snippet('client', 'For the client', ociBlock(client.template, hostsWith(client, address))),
        ],
        notes: [],
      };
    case 'network-mirror': {
      const hosts = hostsWith(client, address);
      const url = absolute(client.url, base);
      const secure = url?.startsWith('https:') === true;
      const network = secure ? [snippet('client', 'For the client', mirrorBlock(url, hosts))] : [];
      const { folder } = client;
      const files =
        folder === null
          ? []
          : [snippet('client-folder', 'For a client on this machine', filesystemBlock(folder, hosts))];
      return { snippets: [...network, ...files], notes: secure ? [] : [unreachable(tool, name, folder)] };
    }
    default:
      return { snippets: [], notes: [] };
  }
}

function unreachable(tool: Tool, name: string, folder: string | null): string {
  const rule = `${NAME[tool]} reads a network mirror over https alone`;
  return folder === null
    ? `${rule}, and under which https address clients reach ${name} is not known here.`
    : `${rule}: "provider-sync serve --mirror ${folder} --tls" serves this one so.`;
}

function hostsWith({ hosts }: { readonly hosts: readonly string[] }, address: string): readonly string[] {
  const [host = ''] = address.split('/');
  return hosts.includes(host) ? hosts : [...hosts, host].toSorted();
}

function absolute(url: string | null, base: string | null): string | undefined {
  if (url === null) return undefined;
  return URL.parse(url, base ?? undefined)?.href;
}

/** Terraform's rule for hosts in names of variables. */
function tokenVariable(host: string): string {
  return host.replaceAll('-', '__').replaceAll('.', '_');
}

function lockOf(input: WhatToWriteInput): Snippet | undefined {
  const { version, packages } = input;
  const hashes = packages.flatMap(({ sha256, h1 }) => [
    ...(h1 === null ? [] : [h1]),
    ...(sha256 === null ? [] : [`zh:${sha256}`]),
  ]);
  if (hashes.length === 0) return undefined;
  const lock = { address: sourceAt(input), version, hashes: sortHashes(hashes) };
  return {
    id: 'lock',
    file: '.terraform.lock.hcl',
    title: 'In the lock file',
    text: lockBlock(lock, version, '\n'),
  };
}

function typeOf(address: string): string {
  return address.split('/').at(-1) ?? '';
}
