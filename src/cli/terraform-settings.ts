import { INSTALLER_PATH } from '../embedded/private-registry/installer-routes.ts';

/**
 * The host name the embedded registry has in Terraform's `source`. Terraform's CLI configuration says where it
 * is, because discovery by a real host name needs TLS.
 */
const EMBEDDED_HOST = 'localhost';

/** `localhost/example/aws`. */
export function embeddedSource(organization: string, type: string): string {
  return `${EMBEDDED_HOST}/${organization}/${type}`;
}

/** The block of Terraform's CLI configuration that leads `EMBEDDED_HOST` to the registry at `url`. */
export function hostBlock(url: string): string {
  return [
    `host "${EMBEDDED_HOST}" {`,
    '  services = {',
    `    "providers.v1" = "${url}${INSTALLER_PATH}"`,
    '  }',
    '}',
  ].join('\n');
}

/** The environment variable in which Terraform looks for the token of `EMBEDDED_HOST`. */
export const TERRAFORM_TOKEN_VARIABLE = `TF_TOKEN_${EMBEDDED_HOST}`;
