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

/** The registries whose providers a mirror stands for, whether or not it holds any of one of them yet. */
export const PUBLIC_HOSTS: readonly string[] = ['registry.terraform.io', 'registry.opentofu.org'];

/**
 * The block of a client's CLI configuration that takes the providers of `hosts` from the mirror at `url` (with a
 * slash at its end) and from nowhere else. A bare `direct {}` behind a mirror is no fallback: every init would tell
 * the public registry what is used, and a version released there fails because the mirror lacks it. Patterns have
 * three parts, because those with two mean another registry to OpenTofu than to Terraform.
 */
export function mirrorBlock(url: string, hosts: readonly string[]): string {
  const patterns = `[${hosts.map((host) => `"${host}/*/*"`).join(', ')}]`;
  return [
    'provider_installation {',
    '  network_mirror {',
    `    url     = "${url}"`,
    `    include = ${patterns}`,
    '  }',
    '  direct {',
    `    exclude = ${patterns}`,
    '  }',
    '}',
  ].join('\n');
}

/**
 * What a private registry's provider is called in Terraform's `source`: `app.terraform.io/my-org/aws`. One without
 * TLS is the embedded one, which has the host that `hostBlock` gives it.
 */
export function privateSource(address: string, organization: string, type: string): string {
  const { protocol, host } = new URL(address);
  return `${protocol === 'http:' ? EMBEDDED_HOST : host}/${organization.toLowerCase()}/${type}`;
}
