import { didYouMean } from '../config/did-you-mean.ts';
import type { ProviderAddress } from '../provider/address.ts';
import { HOSTNAME_PATTERN, parseAddress } from '../provider/address.ts';
import { type Mistake, quote } from '../provider/mistake.ts';

/** Where an OCI mirror keeps each provider: OpenTofu's `repository_template`, parsed. */
export interface RepositoryTemplate {
  /** As it is written in a client's `repository_template`: without a scheme. */
  readonly text: string;
  /** Host and port: `registry.example.com`, `127.0.0.1:5000`. */
  readonly host: string;
  /** Plain http, which only a registry on this machine may speak. */
  readonly plainHttp: boolean;
  /** The path below the host, with its placeholders: `tofu/${hostname}/${namespace}/${type}`. */
  readonly path: string;
}

const PLACEHOLDER = /\$\{([^}]*)\}/g;
const PARTS = ['hostname', 'namespace', 'type'] as const;
type Part = (typeof PARTS)[number];

const HOST = new RegExp(`^${HOSTNAME_PATTERN}$`);

/** A repository's name by the OCI distribution specification ("Pulling manifests", `<name>`). */
const COMPONENT = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*';
const REPOSITORY = new RegExp(`^${COMPONENT}(?:/${COMPONENT})*$`);

/** With its host, what many registries take: their own limit is 255 for the two together. */
const MAX_REPOSITORY_LENGTH = 255;

const EXAMPLE = 'registry.example.com/providers/${hostname}/${namespace}/${type}';

/**
 * Reads a template such as `registry.example.com/tofu/${hostname}/${namespace}/${type}`. All three placeholders
 * must stand in it, once each: without the hostname, packages of two public registries, signed by others, would
 * share one repository. `http://` in front is for a registry on this machine.
 */
export function parseRepositoryTemplate(text: string): RepositoryTemplate | Mistake {
  const plainHttp = /^http:\/\/(?:localhost|127(?:\.\d+){3})[:/]/.test(text);
  const bare = plainHttp ? text.slice('http://'.length) : text;
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(bare)) {
    const [, rest = ''] = bare.split(/:\/\/(.*)/s);
    return { problem: `${quote(text)} has a scheme in front.`, fix: `Write ${quote(rest)}.` };
  }
  const slash = bare.indexOf('/');
  const host = (slash === -1 ? '' : bare.slice(0, slash)).toLowerCase();
  const path = bare.slice(slash + 1);
  // A user name and password may stand in front of a host.
  const shown = text.replace(/^[^/]*@/, '…@');
  const mistake = hostMistake(shown, host) ?? placeholderMistake(shown, path) ?? pathMistake(shown, path);
  return mistake ?? { text: `${host}/${path}`, host, plainHttp, path };
}

function hostMistake(text: string, host: string): Mistake | undefined {
  // Without a dot or port, other tools read the first part as a repository of Docker Hub.
  const named = /[.:]/.test(host) || host === 'localhost';
  if (named && HOST.test(host)) return undefined;
  return {
    problem: `${quote(text)} does not begin with a registry's host and a slash.`,
    fix: `Write it such as "${EXAMPLE}".`,
  };
}

function placeholderMistake(text: string, path: string): Mistake | undefined {
  const used = [...path.matchAll(PLACEHOLDER)].map(([, name = '']) => name);
  const unknown = used.find((name) => !PARTS.some((part) => part === name));
  if (unknown !== undefined) {
    const meant = didYouMean(unknown, PARTS, { provider: 'type', name: 'type', host: 'hostname' });
    return {
      problem: `\${${unknown.slice(0, 40)}} is no part of a provider's address.`,
      fix:
        meant === undefined
          ? 'The parts are ${hostname}, ${namespace} and ${type}.'
          : `Did you mean \${${meant}}?`,
    };
  }
  const missing = PARTS.filter((part) => !used.includes(part)).map((part) => `\${${part}}`);
  if (missing.length > 0) {
    return {
      problem: `${quote(text)} leaves out ${missing.join(' and ')}: two providers could share one repository.`,
      fix: `Write it such as "${EXAMPLE}".`,
    };
  }
  if (used.length === PARTS.length) return undefined;
  const fix = 'Write each of ${hostname}, ${namespace} and ${type} once.';
  return { problem: `${quote(text)} uses a part of the address more than once.`, fix };
}

function pathMistake(text: string, path: string): Mistake | undefined {
  if (text.length > MAX_REPOSITORY_LENGTH || !REPOSITORY.test(path.replaceAll(PLACEHOLDER, 'x'))) {
    return {
      problem: `${quote(text)} is not a repository's name.`,
      fix: 'Write lower-case letters and digits with single dots, dashes or underscores between them, without a tag.',
    };
  }
  const [, , first = '', , second = ''] = path.split(PLACEHOLDER);
  if ([first, second].every((between) => /[/_]/.test(between))) return undefined;
  return {
    problem: `In ${quote(text)} it cannot be told where one part of the address ends and the next begins.`,
    fix: 'Write "/" or "_" between them.',
  };
}

/** The template as a config has it, to be read again. */
export function formatRepositoryTemplate({ text, plainHttp }: RepositoryTemplate): string {
  return plainHttp ? `http://${text}` : text;
}

/**
 * The repository of one provider, without the host: `tofu/registry.opentofu.org/hashicorp/random`. Undefined when
 * the address cannot stand in a repository's name: its host has a port, or the name grows too long.
 */
export function repositoryOf(template: RepositoryTemplate, address: ProviderAddress): string | undefined {
  const name = template.path.replaceAll(PLACEHOLDER, (_, part: Part) => address[part]);
  const length = template.host.length + 1 + name.length;
  return REPOSITORY.test(name) && length <= MAX_REPOSITORY_LENGTH ? name : undefined;
}

/** The provider whose repository `name` is; undefined for a repository of anything else. */
export function addressOfRepository(template: RepositoryTemplate, name: string): ProviderAddress | undefined {
  const pattern = template.path
    .split(PLACEHOLDER)
    .map((piece, index) =>
      index % 2 === 0
        ? piece.replaceAll('.', '\\.')
        : `(?<${piece}>[a-z0-9${piece === 'hostname' ? '.' : ''}-]+)`,
    )
    .join('');
  const { hostname, namespace, type } = new RegExp(`^${pattern}$`).exec(name)?.groups ?? {};
  const address = parseAddress(`${hostname}/${namespace}/${type}`);
  // Only what would be written there again: "hashicorp/terraform-provider-aws" is no provider's repository.
  return address !== undefined && repositoryOf(template, address) === name ? address : undefined;
}
