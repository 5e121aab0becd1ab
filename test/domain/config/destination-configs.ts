import { parseConfig } from '../../../src/domain/config/parse-config.ts';
import { AWS } from './configs.ts';

export const TEMPLATE = 'registry.example.com/tofu/${hostname}/${namespace}/${type}';
export const HCP = { name: 'hcp', kind: 'private-registry', organization: 'acme' };
export const OTHER = {
  name: 'other',
  kind: 'private-registry',
  organization: 'other',
  'token-variable': 'OTHER_TOKEN',
};
export const MIRROR = { name: 'mirror', kind: 'network-mirror', location: 's3://acme-providers/mirror' };
export const OCI = { name: 'oci', kind: 'oci-mirror', repository: TEMPLATE };

export const read = (config: unknown) => parseConfig(JSON.stringify(config));
export const withDestination = (destination: unknown) => ({ destinations: [destination], providers: [AWS] });
export const destinationOf = (destination: unknown) => read(withDestination(destination)).destinations?.[0];

export const withLocation = (location: unknown) => ({ ...MIRROR, location });
export const withRepository = (repository: unknown) => ({ ...OCI, repository });
