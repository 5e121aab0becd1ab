import { formatRepositoryTemplate, parseRepositoryTemplate } from '../../delivery/repository-template.ts';
import { HOSTNAME_PATTERN } from '../../provider/address.ts';
import type { Mistake } from '../../provider/mistake.ts';

/** Plain http is for a registry on this machine. */
const LOOPBACK_HTTP = 'http://(?=(?:localhost|127(?:\\.\\d+){3})[:/])';

/** What a JSON Schema can say of a template. */
export const REPOSITORY_PATTERN = `^(?:${LOOPBACK_HTTP})?(?=[^/]*\\.|[^/]*:|localhost/)(?=.*\\$\\{hostname\\})(?=.*\\$\\{namespace\\})(?=.*\\$\\{type\\})${HOSTNAME_PATTERN}/[0-9a-z_./\${}-]+$`;

/** A template that `parseRepositoryTemplate` can read, with its host in lower case. */
export function parseRepositoryText(text: string): { readonly repository: string } | Mistake {
  const template = parseRepositoryTemplate(text);
  return 'problem' in template ? template : { repository: formatRepositoryTemplate(template) };
}
