import { HOSTNAME_PATTERN } from '../../provider/address.ts';
import { type Mistake, quote } from '../../provider/mistake.ts';
import { didYouMean } from '../did-you-mean.ts';

const PARTS = ['hostname', 'namespace', 'type'];

const HOST = new RegExp(`^${HOSTNAME_PATTERN}$`);
const PLACEHOLDER = /\$\{([^{}]*)\}/g;

// OCI distribution specification, "Pulling manifests": the grammar of <name>.
const COMPONENT = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*';
const PATH = new RegExp(`^${COMPONENT}(?:/${COMPONENT})*$`);

const EXAMPLE = 'registry.example.com/providers/${hostname}/${namespace}/${type}';

const MAX_LENGTH = 255;

/** What a JSON Schema can say of a template. */
export const REPOSITORY_PATTERN = `^(?=[^/]*\\.|[^/]*:|localhost/)(?=.*\\$\\{hostname\\})(?=.*\\$\\{namespace\\})(?=.*\\$\\{type\\})${HOSTNAME_PATTERN}/[0-9a-z_./\${}-]+$`;

/**
 * Reads the template of an OCI repository, in the words of OpenTofu's `repository_template`: a registry's host,
 * and a path that uses every part of a provider's address, or two providers would share a repository.
 */
export function parseRepositoryTemplate(text: string): { readonly repository: string } | Mistake {
  const example = `Write it such as "${EXAMPLE}".`;
  if (/^[a-z][0-9a-z+.-]*:\/\//i.test(text)) {
    const bare = text.replace(/^[^:]*:\/\//, '');
    return { problem: `${quote(text)} has a scheme in front.`, fix: `Write ${quote(bare)}.` };
  }
  const slash = text.indexOf('/');
  const host = slash < 0 ? text : text.slice(0, slash);
  if (slash < 0 || !HOST.test(host) || !/[.:]|^localhost$/.test(host)) {
    return { problem: `${quote(text)} does not begin with a registry's host and a slash.`, fix: example };
  }
  const path = text.slice(slash + 1);
  const used = [...path.matchAll(PLACEHOLDER)].map(([, part = '']) => part);
  const unknown = used.find((part) => !PARTS.includes(part));
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
  const missing = PARTS.filter((part) => !used.includes(part));
  if (missing.length > 0) {
    const names = missing.map((part) => `\${${part}}`).join(' and ');
    return {
      problem: `${quote(text)} leaves out ${names}: two providers could share one repository.`,
      fix: example,
    };
  }
  if (text.length > MAX_LENGTH || !PATH.test(path.replaceAll(PLACEHOLDER, 'x'))) {
    return {
      problem: `${quote(text)} is not a repository's name.`,
      fix: 'Write lower-case letters and digits with single dots, dashes or underscores between them, without a tag.',
    };
  }
  return { repository: `${host.toLowerCase()}/${path}` };
}
