/** The registries whose providers a mirror stands for, whether or not it holds any of one of them yet. */
export const PUBLIC_HOSTS: readonly string[] = ['registry.terraform.io', 'registry.opentofu.org'];

/**
 * The block of a client's CLI configuration that takes the providers of `hosts` from the mirror at `url` (with a
 * slash at its end) and from nowhere else. A bare `direct {}` behind a mirror is no fallback: every init would tell
 * the public registry what is used, and a version released there fails because the mirror lacks it. Patterns have
 * three parts, because those with two mean another registry to OpenTofu than to Terraform.
 */
export function mirrorBlock(url: string, hosts: readonly string[]): string {
  return installation('network_mirror', 'url', url, hosts);
}

/** The same for a mirror that is read as a folder, by its absolute path. */
export function filesystemBlock(folder: string, hosts: readonly string[]): string {
  return installation('filesystem_mirror', 'path', folder, hosts);
}

/** The same for an OCI mirror, by OpenTofu's `repository_template`. */
export function ociBlock(template: string, hosts: readonly string[]): string {
  return installation('oci_mirror', 'repository_template', template, hosts);
}

function installation(method: string, key: string, value: string, hosts: readonly string[]): string {
  const patterns = `[${hosts.map((host) => `"${host}/*/*"`).join(', ')}]`;
  const width = Math.max(key.length, 'include'.length);
  return [
    'provider_installation {',
    `  ${method} {`,
    `    ${key.padEnd(width)} = ${quoted(value)}`,
    `    ${'include'.padEnd(width)} = ${patterns}`,
    '  }',
    '  direct {',
    `    exclude = ${patterns}`,
    '  }',
    '}',
  ].join('\n');
}

/** The block that leads a host's name to its registry of providers, where discovery cannot. */
export function serviceBlock(host: string, service: string): string {
  return [
    `host ${quoted(host)} {`,
    '  services = {',
    `    "providers.v1" = ${quoted(service)}`,
    '  }',
    '}',
  ].join('\n');
}

/** CLI configuration is HCL 1, where `${` in a text stands for itself. */
function quoted(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}
