import type { Signer } from '../../../domain/catalogue/form/overview.ts';
import { cut, visible } from '../../model/visible-text.ts';
import { useShown } from '../state.ts';

export function DestinationNames({ places }: { readonly places: readonly number[] }) {
  const { destinations } = useShown();
  if (places.length === 0) return <span class="faint">–</span>;
  return (
    <ul class="names">
      {places.map((place) => {
        const destination = destinations[place];
        return (
          <li key={place} title={destination && visible(destination.description)}>
            <bdi>{visible(cut(destination?.name ?? '?', 60).text)}</bdi>
          </li>
        );
      })}
    </ul>
  );
}

/** The name that a key's owner gives himself, without remark and address; the key's id where he gives none. */
export function SignerName({ place }: { readonly place: number | null }) {
  const { overview } = useShown();
  const signer = place === null ? undefined : overview.signers[place];
  if (signer === undefined) return <span class="faint">–</span>;
  return (
    <bdi class={signer.userIds.length === 0 ? 'mono' : 'signer'} title={signerWords(signer)}>
      {shortSigner(signer)}
    </bdi>
  );
}

function shortSigner({ keyId, userIds }: Signer): string {
  const name = userIds[0]
    ?.replace(/\s*<[^>]*>\s*$/, '')
    .replace(/\s*\([^)]*\)$/, '')
    .trim();
  return visible(cut(name || userIds[0] || keyId, 40).text);
}

function signerWords({ keyId, userIds }: Signer): string {
  return visible(cut([...userIds, `key ${keyId}`].join(', '), 300).text);
}
