/** Other tools' words for the keys and values of `config.json`, beside which spelling alone is no help. */
export const KEY_ALIASES = {
  name: 'provider',
  type: 'provider',
  organization: 'namespace',
  org: 'namespace',
  publisher: 'namespace',
  registry: 'hostname',
  host: 'hostname',
  key: 'gpg-key-id',
  keyId: 'gpg-key-id',
  signingKey: 'gpg-key-id',
  constraint: 'version',
  keep: 'retain',
  operatingSystem: 'os',
  architecture: 'arch',
  cpu: 'arch',
};

export const OS_ALIASES = {
  macos: 'darwin',
  mac: 'darwin',
  osx: 'darwin',
  macosx: 'darwin',
  apple: 'darwin',
  win: 'windows',
  win32: 'windows',
  win64: 'windows',
  gnulinux: 'linux',
  ubuntu: 'linux',
  debian: 'linux',
  alpine: 'linux',
  sunos: 'solaris',
};

export const ARCH_ALIASES = {
  x86_64: 'amd64',
  x64: 'amd64',
  intel64: 'amd64',
  aarch64: 'arm64',
  armv8: 'arm64',
  m1: 'arm64',
  x86: '386',
  i386: '386',
  i486: '386',
  i586: '386',
  i686: '386',
  x32: '386',
  arm32: 'arm',
  armhf: 'arm',
  armv6: 'arm',
  armv6l: 'arm',
  armv7: 'arm',
  armv7l: 'arm',
  loongarch64: 'loong64',
  riscv: 'riscv64',
};

const DESTINATION_ALIASES = {
  type: 'kind',
  id: 'name',
  label: 'name',
};

/** By kind, for the keys of a destination. */
export const DESTINATION_KEY_ALIASES = {
  'private-registry': {
    ...DESTINATION_ALIASES,
    org: 'organization',
    namespace: 'organization',
    url: 'address',
    host: 'address',
    hostname: 'address',
    token: 'token-variable',
    tokenEnv: 'token-variable',
    secret: 'token-secret',
  },
  'network-mirror': {
    ...DESTINATION_ALIASES,
    url: 'location',
    path: 'location',
    folder: 'location',
    directory: 'location',
    dir: 'location',
    bucket: 'location',
    catalog: 'catalogue',
  },
  'oci-mirror': {
    ...DESTINATION_ALIASES,
    template: 'repository',
    repositoryTemplate: 'repository',
    repo: 'repository',
    url: 'repository',
    location: 'repository',
  },
};

export const KIND_ALIASES = {
  hcp: 'private-registry',
  tfe: 'private-registry',
  tfc: 'private-registry',
  terraformEnterprise: 'private-registry',
  terraformCloud: 'private-registry',
  registry: 'private-registry',
  private: 'private-registry',
  mirror: 'network-mirror',
  network: 'network-mirror',
  filesystemMirror: 'network-mirror',
  folder: 'network-mirror',
  directory: 'network-mirror',
  s3: 'network-mirror',
  bucket: 'network-mirror',
  oci: 'oci-mirror',
  ecr: 'oci-mirror',
  docker: 'oci-mirror',
};

export const POLICY_KEY_ALIASES = {
  minimumReleaseAge: 'minimum-age',
  minAge: 'minimum-age',
  quarantine: 'minimum-age',
  age: 'minimum-age',
  exempt: 'minimum-age-exempt',
  approval: 'require-approval',
  recalls: 'recalled',
  blocked: 'recalled',
  hostnames: 'allowed-hostnames',
  namespaces: 'allowed-namespaces',
};

export const BOTTLES_KEY_ALIASES = {
  formulas: 'formulae',
  recalled: 'recalled-formulae',
  recalls: 'recalled-formulae',
  formula: 'formulae',
  packages: 'formulae',
  deps: 'dependencies',
  platforms: 'tags',
  location: 'destination',
  destinations: 'destination',
  bucket: 'destination',
  api: 'api-generations',
  generations: 'api-generations',
  keep: 'keep-snapshots',
  snapshots: 'keep-snapshots',
  threshold: 'size-threshold',
};

export const APPROVAL_ALIASES = {
  none: 'never',
  off: 'never',
  no: 'never',
  always: 'all',
  every: 'all',
  patch: 'all',
};
