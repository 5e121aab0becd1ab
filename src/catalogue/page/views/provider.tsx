import { useMemo } from 'preact/hooks';
import type { ProviderRow } from '../../../domain/catalogue/form/overview.ts';
import type { ProviderDetail } from '../../../domain/catalogue/form/provider.ts';
import { count, list } from '../../model/format.ts';
import { EVERYTHING } from '../../model/query.ts';
import { formatRoute, type Route } from '../../model/route.ts';
import { rowStates } from '../../model/states.ts';
import { cut, visible } from '../../model/visible-text.ts';
import { useSection, useTitle } from '../address-bar.ts';
import { CopyButton } from '../parts/copy.tsx';
import { Loaded, Missing } from '../parts/notes.tsx';
import { SectionNav } from '../parts/section.tsx';
import { Badge, Outside, When } from '../parts/text.tsx';
import { usePart, useShown } from '../state.ts';
import { SignerName } from './names.tsx';
import { DestinationsSection } from './provider-destinations.tsx';
import { EvidenceSection } from './provider-evidence.tsx';
import { PlatformsSection } from './provider-platforms.tsx';
import { VersionsSection } from './provider-versions.tsx';
import { WriteSection } from './provider-write.tsx';

type ProviderRoute = Extract<Route, { readonly view: 'provider' }>;

export function ProviderView({ route }: { readonly route: ProviderRoute }) {
  const { index } = useShown();
  const found = useMemo(() => index.find(({ row }) => row.address === route.address), [index, route.address]);
  const name = route.address.split('/').slice(1).join('/');
  useTitle(visible(cut(name, 80).text));
  if (found === undefined) {
    return (
      <section class="plain">
        <h1 tabIndex={-1}>Not in this catalogue</h1>
        <p>
          There is nothing here about <Outside text={route.address} limit={120} />.{' '}
          <a href={formatRoute({ view: 'providers', query: EVERYTHING })}>All providers</a>
        </p>
      </section>
    );
  }
  return <Provider row={found.row} route={route} />;
}

function Provider({ row, route }: { readonly row: ProviderRow; readonly route: ProviderRoute }) {
  const { now } = useShown();
  const [hostname = '', namespace = '', type = ''] = row.address.split('/');
  const loading = usePart<ProviderDetail>(row.detail);
  useSection(route.section, loading.state === 'there', route.version);
  return (
    <>
      <nav class="crumbs" aria-label="Where this is">
        <a href={formatRoute({ view: 'providers', query: EVERYTHING })}>Providers</a>
        <span aria-hidden="true">/</span>
        <a href={formatRoute({ view: 'providers', query: { ...EVERYTHING, namespace } })}>
          {visible(namespace)}
        </a>
      </nav>
      <div class="title">
        <h1 tabIndex={-1}>
          <span class="namespace">{visible(namespace)}/</span>
          {visible(type)}
        </h1>
        <span class="badges">
          {rowStates(row, now).map((words) => (
            <Badge key={words.state} words={words} />
          ))}
        </span>
      </div>
      <p class="address">
        <bdi class="mono">{visible(row.address)}</bdi>
        <CopyButton text={row.address} what="the address" small />
        <span class="unseen">from {visible(hostname)}</span>
      </p>
      <Loaded loading={loading}>{(detail) => <Details row={row} detail={detail} route={route} />}</Loaded>
    </>
  );
}

function Details({
  row,
  detail,
  route,
}: {
  readonly row: ProviderRow;
  readonly detail: ProviderDetail;
  readonly route: ProviderRoute;
}) {
  const wanted = route.version ?? row.newest ?? undefined;
  const version = detail.versions.find((each) => each.version === wanted) ?? detail.versions[0];
  const gone = route.version !== undefined && version?.version !== route.version;
  return (
    <>
      <Summary row={row} detail={detail} />
      {detail.newer !== null && detail.newer.length > 0 && (
        <p class="newer-versions">
          Upstream also has{' '}
          {visible(
            list([...detail.newer.slice(0, 8).map((each) => cut(each, 40).text), ...more(detail.newer)]),
          )}
          .
        </p>
      )}
      {gone && (
        <p class="failed" role="alert">
          Version <Outside text={route.version ?? ''} limit={60} /> is not here. This is what is.
        </p>
      )}
      {version === undefined ? (
        <p class="nothing">No version of it is known here.</p>
      ) : (
        <>
          <SectionNav
            links={(
              [
                ['write', 'What to write'],
                ['versions', 'Versions'],
                ['platforms', 'Platforms'],
                ['evidence', 'Evidence'],
                ['destinations', 'Destinations'],
              ] as const
            ).map(([section, words]) => ({ section, words, to: formatRoute({ ...route, section }) }))}
          />
          <WriteSection row={row} detail={detail} version={version} />
          <VersionsSection row={row} detail={detail} chosen={version} />
          <PlatformsSection row={row} detail={detail} chosen={version} />
          <EvidenceSection row={row} detail={detail} version={version} />
          <DestinationsSection version={version} />
        </>
      )}
      <Missing sentences={detail.missing} />
    </>
  );
}

function Summary({ row, detail }: { readonly row: ProviderRow; readonly detail: ProviderDetail }) {
  return (
    <dl class="summary">
      <Fact name="Newest here">
        {row.newest === null ? (
          <span class="faint">none</span>
        ) : (
          <bdi class="mono">{visible(row.newest)}</bdi>
        )}
      </Fact>
      <Fact name="Newest upstream">
        {row.upstream === null ? (
          <span class="faint">not asked</span>
        ) : (
          <bdi class="mono">{visible(cut(row.upstream, 40).text)}</bdi>
        )}
      </Fact>
      <Fact name="The config asks for">
        {detail.requested === null ? (
          <span class="faint">not named there</span>
        ) : (
          <span class="mono">
            <Outside text={detail.requested} limit={60} />
          </span>
        )}
      </Fact>
      <Fact name="Here">{count(row.versions, 'version')}</Fact>
      <Fact name="Signed by">
        <SignerName place={row.signer} />
      </Fact>
      <Fact name="Last change">
        <When iso={row.changed} />
      </Fact>
    </dl>
  );
}

function more(versions: readonly string[]): readonly string[] {
  return versions.length > 8 ? [`${versions.length - 8} more`] : [];
}

function Fact({ name, children }: { readonly name: string; readonly children: preact.ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
