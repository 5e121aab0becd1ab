const PLATFORM = '{ "os": "linux", "arch": "amd64" }';
const VERSION = '"5.31.0"';

export const PLATFORMS_EXAMPLE = `[${PLATFORM}]`;

/** By key: a value as it stands in the config. */
const EXAMPLES: Readonly<Record<string, string>> = {
  provider: '"aws"',
  namespace: '"hashicorp"',
  hostname: '"registry.opentofu.org"',
  version: '"5.100.0"',
  'gpg-key-id': '"34365D9472D7468F"',
  platforms: PLATFORMS_EXAMPLE,
  retain: `[${VERSION}]`,
  os: '"linux"',
  arch: '"amd64"',
  'allow-other-version-names': 'true or false',
  name: '"mirror"',
  kind: '"network-mirror"',
  organization: '"my-org"',
  address: '"https://app.terraform.io"',
  'token-variable': '"TFC_TOKEN"',
  'token-secret': '"provider-sync/token"',
  location: '"s3://acme-providers/mirror"',
  catalogue: 'true or false',
  destination: '"s3://acme-homebrew/"',
  dependencies: 'true or false',
  'keep-snapshots': '30',
  'size-threshold': '"1GB"',
  policy: '{ "minimum-age": "7d" }',
  'minimum-age': '"7d"',
  'require-approval': '"major"',
  formula: '"jq"',
  versions: '"6.57.0"',
  reason: '"withdrawn upstream"',
  delete: 'true or false',
  repository: '"registry.example.com/providers/${hostname}/${namespace}/${type}"',
};

/** By the list that an item stands in. */
const ITEM_EXAMPLES: Readonly<Record<string, string>> = {
  platforms: PLATFORM,
  retain: VERSION,
  hostname: '"registry.opentofu.org"',
  destinations: '"mirror"',
  'minimum-age-exempt': '"acme/*"',
  formulae: '"jq"',
  tags: '"arm64_tahoe"',
  'api-generations': '"internal"',
  'allow-missing': '"jq"',
  recalled: '{ "provider": "hashicorp/aws", "versions": "6.57.0", "reason": "withdrawn upstream" }',
  'recalled-formulae': '{ "formula": "jq", "version": "1.8.1", "reason": "withdrawn upstream" }',
  'allowed-hostnames': '"registry.terraform.io"',
  'allowed-namespaces': '"hashicorp"',
  providers: '{ "provider": "aws", "namespace": "hashicorp", "platforms": [ … ] }',
};

/** A value that could stand at `path`. */
export function exampleOf(path: readonly PropertyKey[]): string {
  const [list, key] = [String(path.at(-2)), String(path.at(-1))];
  const item = ITEM_EXAMPLES[list];
  if (typeof path.at(-1) === 'number' && item !== undefined) return item;
  if (key === 'provider' && path.includes('recalled')) return '"hashicorp/aws"';
  const ofList = ITEM_EXAMPLES[key];
  return EXAMPLES[key] ?? (ofList === undefined ? VERSION : `[${ofList}]`);
}
