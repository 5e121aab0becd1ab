import { SyncError } from '../../src/domain/errors.ts';
import { formatAddress, parseAddress } from '../../src/domain/provider/address.ts';
import type { HeldProvider } from '../../src/domain/retention/listed.ts';
import type { VersionStore } from '../../src/ports/version-store.ts';
import type { FakeDestinationState } from './destination.ts';

interface FakeVersionStoreOptions {
  readonly name?: string;
  /** What the fake destination fills. */
  readonly state: FakeDestinationState;
  /** Called before every operation: throw to fail it. */
  readonly onOperation?: () => void | Promise<void>;
}

/** What cleanup sees of a fake destination. */
export function createFakeVersionStore(options: FakeVersionStoreOptions): VersionStore {
  const { state } = options;
  const name = options.name ?? 'fake';
  const idsOf = (provider: HeldProvider) =>
    [...new Set([...state.visible.keys(), ...state.accepted.keys()])].filter((id) =>
      id.startsWith(`${provider.name} `),
    );
  return {
    name,
    kind: 'network-mirror',
    description: `the mirror ${name}`,
    listProviders: async () => {
      await options.onOperation?.();
      const names = [...state.visible.keys()].map((id) => id.slice(0, id.lastIndexOf(' ')));
      return [...new Set(names)].flatMap((text) => {
        const address = parseAddress(text);
        return address === undefined
          ? []
          : [{ name: formatAddress(address), type: address.type, address, own: true }];
      });
    },
    listVersions: async (provider) => {
      await options.onOperation?.();
      const ids = idsOf(provider);
      if (ids.length === 0) {
        throw new SyncError('DestinationNotFound', `The mirror ${name} does not hold ${provider.name}.`);
      }
      return ids.map((id) => {
        const visible = state.visible.get(id);
        return {
          text: id.slice(provider.name.length + 1),
          createdAt: undefined,
          shasumsUploaded: visible !== undefined,
          shasumsSignatureUploaded: visible !== undefined,
          platformCount: (visible ?? state.accepted.get(id))?.size,
        };
      });
    },
    deleteVersion: async (provider, versionText) => {
      const id = `${provider.name} ${versionText}`;
      await options.onOperation?.();
      const wasVisible = state.visible.delete(id);
      await options.onOperation?.();
      const wasAccepted = state.accepted.delete(id);
      return wasVisible || wasAccepted ? 'deleted' : 'gone';
    },
  };
}
