import { providerLink } from '../../model/route.ts';
import { cut, visible } from '../../model/visible-text.ts';
import { useShown } from '../state.ts';
import { AddressName, Outside } from './text.tsx';

/** A link where the provider has a page, its name otherwise: a config's pattern has none. */
export function ProviderLink({
  address,
  version,
}: {
  readonly address: string;
  readonly version?: string | undefined;
}) {
  const { index } = useShown();
  const known = index.some(({ row }) => row.address === address);
  const name = (
    <>
      {address.split('/').length === 3 ? (
        <AddressName address={address} />
      ) : (
        <Outside text={address} limit={120} />
      )}
      {version !== undefined && <bdi class="mono version"> {visible(cut(version, 60).text)}</bdi>}
    </>
  );
  return known ? (
    <a class="provider" href={providerLink(address, version)}>
      {name}
    </a>
  ) : (
    <span class="provider">{name}</span>
  );
}
