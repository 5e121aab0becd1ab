import { useState } from 'preact/hooks';
import { day, moment, number, relative } from '../../model/format.ts';
import type { StateWords } from '../../model/states.ts';
import { cut, visible, visibleParts } from '../../model/visible-text.ts';
import { useShown } from '../state.ts';
import { Icon, TONE_ICONS } from './icons.tsx';

/**
 * Text that came from outside: kept in its own reading direction, characters that would act are named, and what is
 * longer than `limit` is shown whole only when it is asked for.
 */
export function Outside({ text, limit = 280 }: { readonly text: string; readonly limit?: number }) {
  const [open, setOpen] = useState(false);
  const short = cut(text, limit);
  const shown = open ? text : short.text;
  return (
    <>
      <bdi class="outside">
        {visibleParts(shown).map((part, index) =>
          part.kind === 'text' ? (
            part.text
          ) : (
            <span class="control" key={index} title={`The character ${part.name}, which would not be seen`}>
              {part.name}
            </span>
          ),
        )}
        {short.whole || open ? '' : '…'}
      </bdi>
      {!short.whole && (
        <button type="button" class="quiet" aria-expanded={open} onClick={() => setOpen(!open)}>
          {open ? 'Show less' : `Show all ${number(text.length)} characters`}
        </button>
      )}
    </>
  );
}

export function Badge({ words }: { readonly words: StateWords }) {
  return (
    <span class={`badge tone-${words.tone}`} title={words.meaning}>
      <Icon name={TONE_ICONS[words.tone]} />
      {visible(words.words)}
    </span>
  );
}

/** A day, with the moment for a pointer and how long ago it was for all. */
export function When({
  iso,
  exact = false,
  ago = true,
}: {
  readonly iso: string | null | undefined;
  readonly exact?: boolean;
  readonly ago?: boolean;
}) {
  const { now } = useShown();
  if (iso === null || iso === undefined) return <span class="faint">–</span>;
  return (
    <time dateTime={visible(iso)} title={moment(iso)} class="when">
      {exact ? moment(iso) : day(iso)}
      {ago && <span class="faint"> {relative(iso, now)}</span>}
    </time>
  );
}

/** `hashicorp/aws` with its registry beneath. */
export function AddressName({ address }: { readonly address: string }) {
  const [hostname = '', namespace = '', ...type] = address.split('/');
  return (
    <>
      <span class="namespace">{visible(namespace)}/</span>
      <wbr />
      <span class="type">{visible(cut(type.join('/'), 80).text)}</span>
      <span class="unseen"> of {visible(hostname)}</span>
    </>
  );
}
