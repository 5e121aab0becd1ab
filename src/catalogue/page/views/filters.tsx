import { useEffect, useMemo, useRef } from 'preact/hooks';
import { sortPlatforms } from '../../model/platforms.ts';
import { isNarrowed, type OverviewQuery, SORT_KEYS, type SortKey, STATE_FILTERS } from '../../model/query.ts';
import { namespacesOf } from '../../model/search.ts';
import { STATE_NAMES } from '../../model/states.ts';
import { cut, visible } from '../../model/visible-text.ts';
import { Icon } from '../parts/icons.tsx';
import { useMedia, useShown } from '../state.ts';

const SORT_NAMES: Readonly<Record<SortKey, string>> = {
  name: 'name',
  state: 'what asks for a person',
  versions: 'versions here',
  behind: 'versions behind upstream',
  bytes: 'bytes stored',
  changed: 'last change',
};

/** Which end of an order is looked for first. */
export const DESCENDING_FIRST: ReadonlySet<SortKey> = new Set(['versions', 'behind', 'bytes', 'changed']);

interface FiltersProps {
  readonly query: OverviewQuery;
  readonly onChange: (change: Partial<OverviewQuery>) => void;
}

export function Filters({ query, onChange }: FiltersProps) {
  const wide = useMedia('(min-width: 641px)');
  return (
    <form class="filters" role="search" onSubmit={(event) => event.preventDefault()}>
      <SearchField
        label="Search providers"
        placeholder="Name, namespace, version or signer"
        text={query.text}
        onText={(text) => onChange({ text })}
      />
      {wide ? (
        <Choices query={query} onChange={onChange} />
      ) : (
        // On a phone the first provider is to be seen without scrolling.
        <details class="more-choices" open={isNarrowed({ ...query, text: '' }) || query.sort !== undefined}>
          <summary>Filters and order</summary>
          <Choices query={query} onChange={onChange} />
        </details>
      )}
    </form>
  );
}

function Choices({ query, onChange }: FiltersProps) {
  const { overview, index } = useShown();
  const namespaces = useMemo(() => namespacesOf(index), [index]);
  const platforms = useMemo(() => sortPlatforms(overview.platforms), [overview]);
  const places = overview.destinations.filter(({ kind }) => kind !== 'bottles').map(({ name }) => name);
  return (
    <div class="choices-grid">
      <Choice
        label="Namespace"
        value={query.namespace}
        values={namespaces}
        onChoose={(namespace) => onChange({ namespace })}
      />
      <Choice
        label="Platform"
        value={query.platform}
        values={platforms}
        onChoose={(platform) => onChange({ platform })}
      />
      <Choice
        label="Destination"
        value={query.destination}
        values={places}
        onChoose={(destination) => onChange({ destination })}
      />
      <Choice
        label="State"
        value={query.state}
        values={STATE_FILTERS}
        names={STATE_NAMES}
        onChoose={(state) => onChange({ state: state as OverviewQuery['state'] })}
      />
      <label class="choice">
        <span>Sort by</span>
        <select
          value={query.sort ?? ''}
          onChange={({ currentTarget }) => {
            const sort = SORT_KEYS.find((key) => key === currentTarget.value);
            onChange({ sort, descending: sort !== undefined && DESCENDING_FIRST.has(sort) });
          }}
        >
          <option value="">best match</option>
          {SORT_KEYS.map((key) => (
            <option key={key} value={key}>
              {SORT_NAMES[key]}
            </option>
          ))}
        </select>
      </label>
    </div>
  );
}

/** A search as one types. `/` leads to it from anywhere on the page. */
export function SearchField({
  label,
  placeholder,
  text,
  onText,
}: {
  readonly label: string;
  readonly placeholder: string;
  readonly text: string;
  readonly onText: (text: string) => void;
}) {
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      const typing = event.target instanceof Element && event.target.matches('input, select, textarea');
      if (event.key !== '/' || typing || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      field.current?.focus();
    };
    addEventListener('keydown', pressed);
    return () => removeEventListener('keydown', pressed);
  }, []);
  return (
    <label class="search">
      <span class="unseen">{label}</span>
      <Icon name="search" />
      <input
        ref={field}
        type="search"
        value={text}
        placeholder={placeholder}
        autocomplete="off"
        spellcheck={false}
        maxLength={200}
        onInput={({ currentTarget }) => onText(currentTarget.value)}
      />
      <kbd aria-hidden="true">/</kbd>
    </label>
  );
}

export function Choice({
  label,
  value,
  values,
  names = {},
  any = 'any',
  onChoose,
}: {
  readonly label: string;
  readonly value: string;
  readonly values: readonly string[];
  readonly names?: Readonly<Record<string, string>>;
  /** What stands for no choice; null where one has to be made. */
  readonly any?: string | null;
  readonly onChoose: (value: string) => void;
}) {
  // What a link asks for can be gone: it stays to be seen, and to be unchosen.
  const all = value === '' || values.includes(value) ? values : [value, ...values];
  return (
    <label class="choice">
      <span>{label}</span>
      <select value={value} onChange={({ currentTarget }) => onChoose(currentTarget.value)}>
        {any !== null && <option value="">{any}</option>}
        {all.map((each) => (
          <option key={each} value={each}>
            {Object.hasOwn(names, each) ? names[each] : visible(cut(each, 60).text)}
          </option>
        ))}
      </select>
    </label>
  );
}
