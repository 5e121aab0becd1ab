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
const LOOPBACK = /^(?:localhost|127\.\d+\.\d+\.\d+)(?::\d+)?$/;

/** A repository's name by the OCI distribution specification ("Pulling manifests", `<name>`). */
const COMPONENT = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*';
const REPOSITORY = new RegExp(`^${COMPONENT}(?:/${COMPONENT})*$`);

/** With its host, what many registries take: their own limit is 255 for the two together. */
const MAX_REPOSITORY_LENGTH = 255;

const EXAMPLE = 'registry.example.com/tofu/${hostname}/${namespace}/${type}';

/**
 * Reads a template such as `registry.example.com/tofu/${hostname}/${namespace}/${type}`. All three placeholders
 * must stand in it, once each: without the hostname, packages of two public registries, signed by others, would
 * share one repository. `http://` in front is for a registry on this machine.
 */
export function parseRepositoryTemplate(text: string): RepositoryTemplate | Mistake {
  const plainHttp = text.startsWith('http://');
  const bare = plainHttp ? text.slice('http://'.length) : text;
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(bare)) {
    return { problem: `${quote(text)} begins with a scheme.`, fix: `Write it without, as in ${EXAMPLE}.` };
  }
  const slash = bare.indexOf('/');
  const host = (slash === -1 ? bare : bare.slice(0, slash)).toLowerCase();
  const path = slash === -1 ? '' : bare.slice(slash + 1);
  const shown = text.replace(/^[^/]*@/, '…@');
  const mistake = hostMistake(shown, host) ?? pathMistake(shown, path);
  if (mistake !== undefined) return mistake;
  if (plainHttp && !LOOPBACK.test(host)) {
    return {
      problem: `${quote(text)} asks for plain http, which is refused except to this machine itself.`,
      fix: 'Leave out "http://".',
    };
  }
  return { text: `${host}/${path}`, host, plainHttp, path };
}

function hostMistake(text: string, host: string): Mistake | undefined {
  // Without a dot or port, other tools read the first part as a repository of Docker Hub.
  const named = /[.:]/.test(host) || host === 'localhost';
  if (named && HOST.test(host)) return undefined;
  return { problem: `${quote(text)} does not begin with a registry's host.`, fix: `Write it as ${EXAMPLE}.` };
}

function pathMistake(text: string, path: string): Mistake | undefined {
  const found = [...path.matchAll(PLACEHOLDER)].map(([, name = '']) => name);
  const unknown = found.find((name) => !PARTS.some((part) => part === name));
  if (unknown !== undefined) {
    return {
      problem: `${quote(text)} has the placeholder ${quote(`\${${unknown}}`)}, which means nothing.`,
      fix: 'Write ${hostname}, ${namespace} and ${type}.',
    };
  }
  const wrong = PARTS.find((part) => found.filter((name) => name === part).length !== 1);
  if (wrong !== undefined) {
    const times = found.includes(wrong) ? 'more than once' : 'nowhere';
    return {
      problem: `${quote(text)} names \${${wrong}} ${times}.`,
      fix: `Name each of \${hostname}, \${namespace} and \${type} once, as in ${EXAMPLE}.`,
    };
  }
  if (!REPOSITORY.test(path.replaceAll(PLACEHOLDER, 'x'))) {
    return {
      problem: `The path of ${quote(text)} cannot name a repository.`,
      fix: 'Use lower-case letters, digits, single ".", "_", "-" and "/" between them; no tag and no digest.',
    };
  }
  const between = path.split(PLACEHOLDER).filter((_, index) => index === 2 || index === 4);
  if (between.every((literal) => /[/_]/.test(literal))) return undefined;
  return {
    problem: `In ${quote(text)} it cannot be told where one placeholder's text ends and the next begins.`,
    fix: 'Put "/" or "_" between the placeholders.',
  };
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
