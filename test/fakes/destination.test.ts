import { formatAddress, type ProviderAddress } from '../../src/domain/provider/address.ts';
import { describeDestinationContract } from '../contract/destination.ts';
import { describeVersionStoreContract } from '../contract/version-store.ts';
import { sha256Hex, viewLine } from '../support/client-lines.ts';
import { dyingAfter } from '../support/dying.ts';
import { createFakeDestination, type FakeDestinationState, fakeDestinationState } from './destination.ts';
import { createFakeVersionStore } from './version-store.ts';

const nothingToClose = { [Symbol.asyncDispose]: async () => {} };

function clientViewOf(state: FakeDestinationState) {
  return async (address: ProviderAddress) =>
    [...state.visible]
      .flatMap(([id, files]) => {
        const [provider, version = ''] = id.split(' ');
        if (provider !== formatAddress(address)) return [];
        return [...files.values()].map(({ platform, bytes }) =>
          viewLine(version, platform, sha256Hex(bytes)),
        );
      })
      .toSorted();
}

describeDestinationContract(
  'the fake destination',
  async () => {
    const state = fakeDestinationState();
    return {
      open: async ({ dieAfter } = {}) => createFakeDestination({ state, onOperation: dyingAfter(dieAfter) }),
      clientView: clientViewOf(state),
      ...nothingToClose,
    };
  },
  { checksDigests: true },
);

describeVersionStoreContract('the fake destination', async () => {
  const state = fakeDestinationState();
  return {
    open: async ({ dieAfter } = {}) => {
      const onOperation = dyingAfter(dieAfter);
      return {
        destination: createFakeDestination({ state, onOperation }),
        store: createFakeVersionStore({ state, onOperation }),
      };
    },
    clientView: clientViewOf(state),
    ...nothingToClose,
  };
});
