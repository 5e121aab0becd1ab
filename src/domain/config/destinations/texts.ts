import { formatRepositoryTemplate, parseRepositoryTemplate } from '../../delivery/repository-template.ts';
import { HOSTNAME_PATTERN } from '../../provider/address.ts';
import { type Mistake, quote } from '../../provider/mistake.ts';

export const DESTINATION_NAME_PATTERN = '[0-9a-z](?:[0-9a-z-]{0,62}[0-9a-z])?';
export const ORGANIZATION_PATTERN = '[0-9A-Za-z][0-9A-Za-z_-]*';
export const VARIABLE_PATTERN = '[A-Za-z_][0-9A-Za-z_]*';

/** AWS Secrets Manager API reference, CreateSecret: a secret's name; an ARN has colons besides. */
export const SECRET_PATTERN = '[0-9A-Za-z/_+=.@:-]{1,512}';

/** Plain http is for a registry on this machine. */
const LOOPBACK_HTTP = 'http://(?=(?:localhost|127(?:\\.\\d+){3})[:/])';

/** What a JSON Schema can say of a template. */
export const REPOSITORY_PATTERN = `^(?:${LOOPBACK_HTTP})?(?=[^/]*\\.|[^/]*:|localhost/)(?=.*\\$\\{hostname\\})(?=.*\\$\\{namespace\\})(?=.*\\$\\{type\\})${HOSTNAME_PATTERN}/[0-9a-z_./\${}-]+$`;

const NAME = new RegExp(`^${DESTINATION_NAME_PATTERN}$`);
const ORGANIZATION = new RegExp(`^${ORGANIZATION_PATTERN}$`);
const VARIABLE = new RegExp(`^${VARIABLE_PATTERN}$`);
const SECRET = new RegExp(`^${SECRET_PATTERN}$`);

/** A token of HCP Terraform or Terraform Enterprise has this in its middle. */
const TOKEN = /\.atlasv1\./;

/** A destination's name: 1 to 64 lower-case letters, digits and dashes. */
export function parseDestinationName(text: string): { readonly name: string } | Mistake {
  if (NAME.test(text)) return { name: text };
  return {
    problem: `${quote(text)} is not a destination's name.`,
    fix: 'Write up to 64 lower-case letters and digits, with dashes between them, such as "mirror".',
  };
}

export function parseOrganization(text: string): { readonly organization: string } | Mistake {
  if (ORGANIZATION.test(text)) return { organization: text };
  return {
    problem: `${quote(text)} is not an organization's name.`,
    fix: 'Write the name as it stands in its URL: letters, digits, "-" and "_".',
  };
}

/** Never quotes the text: it may be the token itself. */
export function parseTokenVariable(text: string): { readonly variable: string } | Mistake {
  if (VARIABLE.test(text)) return { variable: text };
  return {
    problem: "This is not an environment variable's name.",
    fix: 'Write the name of the variable that holds the token, such as "TFC_TOKEN", and never the token itself.',
  };
}

/** Never quotes the text: it may be the token itself. */
export function parseTokenSecret(text: string): { readonly secret: string } | Mistake {
  if (SECRET.test(text) && !TOKEN.test(text)) return { secret: text };
  return {
    problem: "This is not a secret's name.",
    fix: 'Write the name or the ARN of the Secrets Manager secret that holds the token, and never the token itself.',
  };
}

/** The address of a private registry: https, http on loopback alone, without credentials, query and fragment. */
export function parseRegistryAddress(text: string): { readonly address: string } | Mistake {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    const host = /^[0-9A-Za-z.-]+(?::\d+)?\/?$/.test(text) ? `https://${text}` : 'https://app.terraform.io';
    return { problem: `${quote(text)} is not an https address.`, fix: `Write it such as ${quote(host)}.` };
  }
  if (url.username !== '' || url.password !== '') {
    return { problem: 'The address carries a user name or password.', fix: 'Take it out of the address.' };
  }
  if (url.search !== '' || url.hash !== '') {
    return { problem: `The address of ${quote(url.host)} has a query or a fragment.`, fix: 'Take it out.' };
  }
  if (url.protocol === 'http:' && !/^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(url.hostname)) {
    const secure = `https://${url.host}${url.pathname}`;
    return {
      problem: 'Plain http is refused except to this machine itself.',
      fix: `Write ${quote(secure.replace(/\/+$/, ''))}.`,
    };
  }
  return { address: url.href.replace(/\/+$/, '') };
}

/** A template that `parseRepositoryTemplate` can read, with its host in lower case. */
export function parseRepositoryText(text: string): { readonly repository: string } | Mistake {
  const template = parseRepositoryTemplate(text);
  return 'problem' in template ? template : { repository: formatRepositoryTemplate(template) };
}
