import { useMemo } from 'preact/hooks';
import type { ProviderRow } from '../../../domain/catalogue/form/overview.ts';
import type { ProviderDetail, VersionDetail } from '../../../domain/catalogue/form/provider.ts';
import { bytes, shortDigest } from '../../model/format.ts';
import { platformMatrix, platformParts, sortPlatforms, systemName } from '../../model/platforms.ts';
import { providerLink } from '../../model/route.ts';
import { visible } from '../../model/visible-text.ts';
import { More, useChunk } from '../parts/chunks.tsx';
import { CopyButton } from '../parts/copy.tsx';
import { Icon } from '../parts/icons.tsx';
import { Section } from '../parts/section.tsx';
import { Table } from '../parts/table.tsx';
import { VersionChoice } from '../parts/version-choice.tsx';
import { useShown } from '../state.ts';
import { DestinationNames } from './names.tsx';

interface PlatformsProps {
  readonly row: ProviderRow;
  readonly detail: ProviderDetail;
  readonly chosen: VersionDetail;
}

export function PlatformsSection({ row, detail, chosen }: PlatformsProps) {
  const { destinations } = useShown();
  const { platforms, rows } = useMemo(
    () =>
      platformMatrix(
        detail.versions,
        destinations.map(({ name }) => visible(name)),
      ),
    [detail, destinations],
  );
  const chunk = useChunk(rows, 15);
  if (platforms.length === 0) {
    return (
      <Section name="platforms" title="Platforms">
        <p class="nothing">No package of it is here.</p>
      </Section>
    );
  }
  return (
    <Section name="platforms" title="Platforms" aside={<VersionChoice detail={detail} version={chosen} />}>
      <Packages version={chosen} />
      <h3>Platforms by version</h3>
      <Table
        of="platforms by version"
        kind="matrix"
        columns={[
          'Version',
          ...platforms.map((platform) => ({ words: <PlatformName platform={platform} /> })),
        ]}
      >
        {chunk.shown.map(({ version, cells }) => (
          <tr key={version} class={version === chosen.version ? 'chosen' : undefined}>
            <th scope="row">
              <a class="mono" href={providerLink(row.address, version, 'platforms')}>
                <bdi>{visible(version)}</bdi>
              </a>
            </th>
            {cells.map(({ held, words }, index) => (
              <td key={platforms[index]} class="cell" title={words}>
                <span class={`mark ${held === 'all' ? 'yes' : held === 'some' ? 'some' : 'no'}`}>
                  {held === 'all' ? <Icon name="check" /> : held === 'some' ? words : '·'}
                  {held !== 'some' && <span class="unseen">{words}</span>}
                </span>
              </td>
            ))}
          </tr>
        ))}
      </Table>
      <More chunk={chunk} what="versions" />
    </Section>
  );
}

function PlatformName({ platform }: { readonly platform: string }) {
  const { os, arch } = platformParts(platform);
  return (
    <>
      <span>{visible(systemName(os))}</span> <span class="faint">{visible(arch)}</span>
    </>
  );
}

/** What there is of one version, with the digests to copy. */
function Packages({ version }: { readonly version: VersionDetail }) {
  const order = sortPlatforms(version.packages.map(({ platform }) => platform));
  const packages = version.packages.toSorted((a, b) => order.indexOf(a.platform) - order.indexOf(b.platform));
  return (
    <>
      <h3>
        Packages of <bdi class="mono">{visible(version.version)}</bdi>
      </h3>
      {packages.length === 0 ? (
        <p class="nothing">None is here.</p>
      ) : (
        <Table
          of="packages and their digests"
          kind="packages"
          columns={[
            'Platform',
            { words: 'Size', figures: true },
            'SHA-256 of the zip',
            'h1 for the lock file',
            'Destinations',
          ]}
        >
          {packages.map((each) => (
            <tr key={each.platform}>
              <th scope="row" class="mono">
                {visible(each.platform)}
              </th>
              <td class="figures-column">{each.bytes === null ? '–' : bytes(each.bytes)}</td>
              <td>
                <Digest value={each.sha256} what={`the SHA-256 of ${visible(each.platform)}`} />
              </td>
              <td>
                <Digest value={each.h1} what={`the h1 of ${visible(each.platform)}`} />
              </td>
              <td class="small">
                <DestinationNames places={each.destinations} />
              </td>
            </tr>
          ))}
        </Table>
      )}
    </>
  );
}

export function Digest({ value, what }: { readonly value: string | null; readonly what: string }) {
  if (value === null) return <span class="faint">not known</span>;
  return (
    <span class="digest">
      <code title={visible(value)}>{visible(shortDigest(value))}</code>
      <CopyButton text={value} what={what} small />
    </span>
  );
}
