import type { VersionDetail } from '../../../src/domain/catalogue/form/provider.ts';

/** A version of which nothing is known but that it is available. */
export const BARE_VERSION: VersionDetail = {
  version: '1.0.0',
  states: ['available'],
  protocols: [],
  times: { published: null, seen: null, admitted: null, delivered: null },
  signer: null,
  checks: [],
  remarks: [],
  admission: null,
  approval: null,
  hold: null,
  recall: null,
  withdrawn: null,
  releases: [],
  packages: [],
  at: [],
};
