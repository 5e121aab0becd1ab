import { count } from '../../model/format.ts';
import { sortPlatforms } from '../../model/platforms.ts';
import { providerLink } from '../../model/route.ts';
import type { Found } from '../../model/search.ts';
import { rowStates } from '../../model/states.ts';
import { visible } from '../../model/visible-text.ts';
import { AddressName, Badge, When } from '../parts/text.tsx';
import { useShown } from '../state.ts';
import { DestinationNames, SignerName } from './names.tsx';

/** The same as the table's rows, one below the other: for a narrow page. */
export function ProviderCards({ found }: { readonly found: readonly Found[] }) {
  return (
    <ul class="cards">
      {found.map((each) => (
        <ProviderCard key={each.row.address} found={each} />
      ))}
    </ul>
  );
}

function ProviderCard({ found: { row, hostname } }: { readonly found: Found }) {
  const { overview, now } = useShown();
  const platforms = sortPlatforms(row.platforms.flatMap((place) => overview.platforms[place] ?? []));
  return (
    <li class="card">
      <div class="card-head">
        <div>
          <a href={providerLink(row.address)} class="provider">
            <AddressName address={row.address} />
          </a>
          <span class="host">{visible(hostname)}</span>
        </div>
        <div class="card-version">
          {row.newest !== null && <bdi class="mono version">{visible(row.newest)}</bdi>}
          <span class="host">{count(row.versions, 'version')}</span>
        </div>
      </div>
      <span class="badges">
        {rowStates(row, now).map((words) => (
          <Badge key={words.state} words={words} />
        ))}
      </span>
      <dl class="facts">
        <div>
          <dt>Platforms</dt>
          <dd class="chips">
            {platforms.map((platform) => (
              <span class="chip" key={platform}>
                {visible(platform)}
              </span>
            ))}
            {platforms.length === 0 && <span class="faint">–</span>}
          </dd>
        </div>
        <div>
          <dt>At</dt>
          <dd>
            <DestinationNames places={row.destinations} />
          </dd>
        </div>
        <div>
          <dt>Signed by</dt>
          <dd>
            <SignerName place={row.signer} />
          </dd>
        </div>
        <div>
          <dt>Last change</dt>
          <dd>
            <When iso={row.changed} />
          </dd>
        </div>
      </dl>
    </li>
  );
}
