import { useMemo } from 'preact/hooks';
import type { ProviderRow } from '../../../domain/catalogue/form/overview.ts';
import type { ProviderDetail, VersionDetail } from '../../../domain/catalogue/form/provider.ts';
import { providerLink } from '../../model/route.ts';
import { versionState } from '../../model/states.ts';
import { STEP_NAMES, STEPS, timelineOf } from '../../model/timeline.ts';
import { visible } from '../../model/visible-text.ts';
import { More, useChunk } from '../parts/chunks.tsx';
import { Section } from '../parts/section.tsx';
import { Table } from '../parts/table.tsx';
import { Badge, When } from '../parts/text.tsx';
import { TimelineFigure } from '../parts/timeline-figure.tsx';
import { useShown } from '../state.ts';

interface VersionsProps {
  readonly row: ProviderRow;
  readonly detail: ProviderDetail;
  readonly chosen: VersionDetail;
}

export function VersionsSection({ row, detail, chosen }: VersionsProps) {
  const { now } = useShown();
  const chunk = useChunk(detail.versions, 40);
  const timeline = useMemo(() => timelineOf(detail.versions), [detail]);
  return (
    <Section name="versions" title="Versions">
      {timeline && <TimelineFigure timeline={timeline} chosen={chosen.version} />}
      <Table
        of="versions and their dates"
        kind="versions"
        columns={['Version', 'State', ...STEPS.map((step) => STEP_NAMES[step]), 'Protocols']}
      >
        {chunk.shown.map((version) => (
          <tr key={version.version} class={version === chosen ? 'chosen' : undefined}>
            <th scope="row">
              <a
                class="mono"
                href={providerLink(row.address, version.version, 'write')}
                aria-current={version === chosen ? 'true' : undefined}
              >
                <bdi>{visible(version.version)}</bdi>
              </a>
            </th>
            <td>
              <span class="badges">
                {version.states.map((state) => (
                  <Badge key={state} words={versionState(state, version.hold?.until ?? null, now)} />
                ))}
              </span>
            </td>
            {STEPS.map((step) => (
              <td key={step} class="small">
                <When iso={version.times[step]} ago={false} />
              </td>
            ))}
            <td class="small">{visible(version.protocols.join(', ')) || <span class="faint">–</span>}</td>
          </tr>
        ))}
      </Table>
      <More chunk={chunk} what="versions" />
    </Section>
  );
}
