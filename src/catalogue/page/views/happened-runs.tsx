import type { RunRow } from '../../../domain/catalogue/form/happenings.ts';
import { bytes, duration } from '../../model/format.ts';
import { stateWords } from '../../model/states.ts';
import { cut, visible } from '../../model/visible-text.ts';
import { outcomeWords } from '../../model/words.ts';
import { More, useChunk } from '../parts/chunks.tsx';
import { ProviderLink } from '../parts/provider-link.tsx';
import { Section } from '../parts/section.tsx';
import { Table } from '../parts/table.tsx';
import { Badge, Outside, When } from '../parts/text.tsx';

export function Runs({ title, rows }: { readonly title: string; readonly rows: readonly RunRow[] }) {
  const chunk = useChunk(rows, 20);
  return (
    <Section name="runs" title={title}>
      {rows.length === 0 ? (
        <p class="nothing">No run is known.</p>
      ) : (
        <Table
          of="runs"
          kind="runs"
          columns={[
            'Ended',
            'Run',
            'Outcome',
            { words: 'Took', figures: true },
            { words: 'Brought in', figures: true },
          ]}
        >
          {chunk.shown.map((run) => (
            <tr key={run.id}>
              <th scope="row" class="small">
                <When iso={run.at} exact ago={false} />
              </th>
              <td class="small">
                {visible(cut(run.what, 40).text)}{' '}
                <bdi class="mono faint">{visible(cut(run.id, 60).text)}</bdi>
              </td>
              <td>
                <Badge
                  words={
                    run.ok
                      ? { ...stateWords('available'), words: 'went well', meaning: 'Nothing failed.' }
                      : { ...stateWords('recalled'), words: 'failed', meaning: 'Something failed.' }
                  }
                />{' '}
                <span class="small">{visible(outcomeWords(run.outcomes))}</span>
                <Failures rows={run.failures} />
              </td>
              <td class="figures-column">{duration(run.durationMs)}</td>
              <td class="figures-column">{bytes(run.bytes)}</td>
            </tr>
          ))}
        </Table>
      )}
      <More chunk={chunk} what="runs" />
    </Section>
  );
}

function Failures({ rows }: { readonly rows: RunRow['failures'] }) {
  if (rows.length === 0) return null;
  return (
    <ul class="failures">
      {rows.map((row, index) => (
        <li key={index}>
          <p>
            <ProviderLink address={row.address} version={row.version ?? undefined} />
            {row.destination !== null && (
              <>
                {' '}
                at <Outside text={row.destination} limit={60} />
              </>
            )}{' '}
            <code>{visible(cut(row.code, 60).text)}</code>
          </p>
          <p>
            <Outside text={row.message} />
          </p>
        </li>
      ))}
    </ul>
  );
}
