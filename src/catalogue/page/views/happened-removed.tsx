import type { DeletionRow, RecallRow } from '../../../domain/catalogue/form/happenings.ts';
import { stateWords } from '../../model/states.ts';
import { cut, visible } from '../../model/visible-text.ts';
import { More, useChunk } from '../parts/chunks.tsx';
import { ProviderLink } from '../parts/provider-link.tsx';
import { Section } from '../parts/section.tsx';
import { Table } from '../parts/table.tsx';
import { Badge, Outside, When } from '../parts/text.tsx';

/** What a person or the config called back. */
export function Recalls({ title, rows }: { readonly title: string; readonly rows: readonly RecallRow[] }) {
  const chunk = useChunk(rows, 30);
  return (
    <Section name="recalls" title={title}>
      {rows.length === 0 ? (
        <p class="nothing">Nothing was recalled.</p>
      ) : (
        <ul class="cards wide">
          {chunk.shown.map((row, index) => (
            <li class="card recalled" key={index}>
              <div class="card-head">
                <span>
                  <ProviderLink address={row.provider} />{' '}
                  <bdi class="mono version">{visible(cut(row.versions, 60).text)}</bdi>
                </span>
                <Badge words={stateWords('recalled')} />
              </div>
              <p>
                <Outside text={row.reason} />
              </p>
              <p class="faint">
                {row.by === null ? (
                  'By the config'
                ) : (
                  <>
                    By <Outside text={row.by} limit={80} />
                  </>
                )}
                {row.at !== null && (
                  <>
                    , <When iso={row.at} exact />
                  </>
                )}
                .{' '}
                {row.deletes
                  ? 'It deletes from private registries as well.'
                  : 'Private registries keep what they have.'}
              </p>
              {row.takenOut.length > 0 && (
                <ul class="remarks">
                  {row.takenOut.map((each) => (
                    <li key={`${each.version} ${each.destination}`}>
                      <bdi class="mono">{visible(each.version)}</bdi> was{' '}
                      {each.how === 'deleted' ? 'deleted from' : 'taken off'}{' '}
                      <bdi>{visible(each.destination)}</bdi>, <When iso={each.at} exact ago={false} />
                    </li>
                  ))}
                </ul>
              )}
            </li>
          ))}
        </ul>
      )}
      <More chunk={chunk} what="recalls" />
    </Section>
  );
}

export function Deletions({
  title,
  rows,
}: {
  readonly title: string;
  readonly rows: readonly DeletionRow[];
}) {
  const chunk = useChunk(rows, 30);
  return (
    <Section name="deletions" title={title}>
      {rows.length === 0 ? (
        <p class="nothing">Retention deleted nothing.</p>
      ) : (
        <Table of="deleted versions" columns={['Provider', 'Version', 'Deleted from', 'Why', 'When']}>
          {chunk.shown.map((row, index) => (
            <tr key={index}>
              <th scope="row">
                <ProviderLink address={row.provider} />
              </th>
              <td>
                <bdi class="mono">{visible(row.version)}</bdi>
              </td>
              <td class="small">
                <bdi>{visible(row.destination)}</bdi>
              </td>
              <td>
                <Outside text={row.reason} />
              </td>
              <td class="small">
                <When iso={row.at} />
              </td>
            </tr>
          ))}
        </Table>
      )}
      <More chunk={chunk} what="deletions" />
    </Section>
  );
}
