import { type Mistake, quote } from './mistake.ts';

/** The registry a provider comes from when its config entry names none. */
export const DEFAULT_HOSTNAME = 'registry.terraform.io';

/** A provider in its public registry: `registry.terraform.io/hashicorp/aws`, lower case throughout. */
export interface ProviderAddress {
  readonly hostname: string;
  readonly namespace: string;
  readonly type: string;
}

/** The longest namespace and type: what HCP Terraform takes as a name. */
export const MAX_NAME_LENGTH = 64;

/** Namespaces and types, upper case allowed on input: Terraform reads `HashiCorp/AWS` as `hashicorp/aws`. */
export const NAME_PATTERN = '[0-9A-Za-z]+(?:-[0-9A-Za-z]+)*';

const MAX_HOSTNAME_LENGTH = 253;
const LABEL = '[0-9A-Za-z](?:[0-9A-Za-z-]{0,61}[0-9A-Za-z])?';

/** A hostname with an optional port, as in front of a provider's source address. */
export const HOSTNAME_PATTERN = `${LABEL}(?:\\.${LABEL})*(?::[1-9]\\d{0,4})?`;

const NAME = new RegExp(`^${NAME_PATTERN}$`);
const HOSTNAME = new RegExp(`^${HOSTNAME_PATTERN}$`);
const REDUNDANT_PREFIX = /^terraform-(?:provider-)?/i;

export function formatAddress(address: ProviderAddress): string {
  return `${address.hostname}/${address.namespace}/${address.type}`;
}

export function sameAddress(a: ProviderAddress, b: ProviderAddress): boolean {
  return formatAddress(a) === formatAddress(b);
}

/** Reads `NAMESPACE/TYPE` or `HOSTNAME/NAMESPACE/TYPE`; undefined when it is neither. */
export function parseAddress(text: string): ProviderAddress | undefined {
  const parts = text.split('/');
  if (parts.length !== 2 && parts.length !== 3) return undefined;
  const [type = '', namespace = '', hostname = DEFAULT_HOSTNAME] = parts.toReversed();
  const [h, n, t] = [parseHostname(hostname), parseNamespace(namespace), parseType(type)];
  if ('problem' in h || 'problem' in n || 'problem' in t) return undefined;
  return { hostname: h.name, namespace: n.name, type: t.name };
}

/** The namespace in lower case, by Terraform's rules but for letters beyond ASCII, which are refused. */
export function parseNamespace(text: string): { readonly name: string } | Mistake {
  return parseName(text, 'namespace');
}

/** The provider's type in lower case: as a namespace, and without "terraform-" in front. */
export function parseType(text: string): { readonly name: string } | Mistake {
  const short = text.replace(REDUNDANT_PREFIX, '');
  if (short !== text && NAME.test(short)) {
    return {
      problem: `${quote(text)} is not a provider's name.`,
      fix: `Write ${quote(short.toLowerCase())}.`,
    };
  }
  return parseName(text, 'provider');
}

function parseName(text: string, key: 'namespace' | 'provider'): { readonly name: string } | Mistake {
  if (text.length <= MAX_NAME_LENGTH && NAME.test(text)) return { name: text.toLowerCase() };
  if (text.length > MAX_NAME_LENGTH) {
    return { problem: `${quote(text)} has more than ${MAX_NAME_LENGTH} characters.`, fix: 'Shorten it.' };
  }
  const address = text.includes('/') ? parseAddress(text) : undefined;
  if (address) {
    const parts = `"provider": "${address.type}" and "namespace": "${address.namespace}"`;
    const host = address.hostname === DEFAULT_HOSTNAME ? '' : `, with "hostname": "${address.hostname}"`;
    return { problem: `${quote(text)} is a whole address.`, fix: `Write ${parts}${host}.` };
  }
  const example = key === 'namespace' ? 'hashicorp' : 'aws';
  return {
    problem: `${quote(text)} is not a ${key === 'namespace' ? 'namespace' : "provider's name"}.`,
    fix: `Write letters and digits, with single dashes between them, such as "${example}".`,
  };
}

/** A registry's hostname in lower case, with its port unless that is 443. */
export function parseHostname(text: string): { readonly name: string } | Mistake {
  if (text.length <= MAX_HOSTNAME_LENGTH && HOSTNAME.test(text)) {
    const [host = '', port = '443'] = text.toLowerCase().split(':');
    if (Number(port) <= 65_535) return { name: port === '443' ? host : `${host}:${port}` };
  }
  const host = /^(?:https?:)?\/\/([^/?#@]+)/i.exec(text)?.[1] ?? text.trim().replace(/[/.]+$/, '');
  return {
    problem: `${quote(text)} is not a hostname.`,
    fix:
      host !== text && host.length <= MAX_HOSTNAME_LENGTH && HOSTNAME.test(host)
        ? `Write ${quote(host.toLowerCase())}.`
        : `Write a hostname such as "${DEFAULT_HOSTNAME}", without a scheme or a path.`,
  };
}
