/** The ports that events/env.json names. */
export const LOCAL_PORTS = { aws: 5601, publicRegistry: 5602, privateRegistry: 5603 } as const;

const PLATFORMS = [
  { os: 'linux', arch: 'amd64' },
  { os: 'darwin', arch: 'arm64' },
];

/** What the events in events/ are about: two providers that are new, and one that is there already. */
export const SAMPLE_CONFIG = [
  { provider: 'anvil', namespace: 'acme', version: '~> 1.0', platforms: PLATFORMS },
  { provider: 'weather', namespace: 'globex', version: 'latest', platforms: PLATFORMS },
  { provider: 'stapler', namespace: 'initech', version: 'latest', platforms: PLATFORMS },
];
