import { serviceBlock } from '../domain/catalogue/client-blocks.ts';
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
  return serviceBlock(EMBEDDED_HOST, `${url}${INSTALLER_PATH}`);
}

/** The environment variable in which Terraform looks for the token of `EMBEDDED_HOST`. */
export const TERRAFORM_TOKEN_VARIABLE = `TF_TOKEN_${EMBEDDED_HOST}`;

/**
 * What a private registry's provider is called in Terraform's `source`: `app.terraform.io/my-org/aws`. One without
 * TLS is the embedded one, which has the host that `hostBlock` gives it.
 */
export function privateSource(address: string, organization: string, type: string): string {
  const { protocol, host } = new URL(address);
  return `${protocol === 'http:' ? EMBEDDED_HOST : host}/${organization.toLowerCase()}/${type}`;
}

/** The host in a private registry's `source`, and its service where discovery by that host would not find it. */
export function installerOf(address: string): { readonly host: string; readonly service?: string } {
  const { protocol, host } = new URL(address);
  return protocol === 'http:' ? { host: EMBEDDED_HOST, service: `${address}${INSTALLER_PATH}` } : { host };
}
