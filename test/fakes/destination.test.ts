import { formatAddress } from '../../src/domain/provider/address.ts';
import { describeDestinationContract } from '../contract/destination.ts';
import { sha256Hex, viewLine } from '../contract/destination-releases.ts';
import { dyingAfter } from '../support/dying.ts';
import { createFakeDestination, fakeDestinationState } from './destination.ts';

describeDestinationContract(
  'the fake destination',
  async () => {
    const state = fakeDestinationState();
    return {
      open: async ({ dieAfter } = {}) => {
        const die = dyingAfter(dieAfter);
        return createFakeDestination({ state, onOperation: () => die() });
      },
      clientView: async (address) =>
        [...state.visible]
          .flatMap(([id, files]) => {
            const [provider, version = ''] = id.split(' ');
            if (provider !== formatAddress(address)) return [];
            return [...files.values()].map(({ platform, bytes }) =>
              viewLine(version, platform, sha256Hex(bytes)),
            );
          })
          .toSorted(),
      [Symbol.asyncDispose]: async () => {},
    };
  },
  { checksDigests: true },
);
