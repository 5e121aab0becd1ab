import type { VersionDetail } from '../../../domain/catalogue/form/provider.ts';
import { stateWords } from '../../model/states.ts';
import { visible } from '../../model/visible-text.ts';
import { kindWords } from '../../model/words.ts';
import { Section } from '../parts/section.tsx';
import { Table } from '../parts/table.tsx';
import { Badge, Outside, When } from '../parts/text.tsx';
import { useShown } from '../state.ts';

/** Where a version is, and how the places differ. */
export function DestinationsSection({ version }: { readonly version: VersionDetail }) {
  const { destinations } = useShown();
  return (
    <Section
      name="destinations"
      title={
        <>
          Destinations of <bdi class="mono">{visible(version.version)}</bdi>
        </>
      }
    >
      <Table
        of="destinations"
        columns={['Destination', 'Has it', 'Since', 'Seen there last', 'Different from the others']}
      >
        {destinations.map((destination, place) => {
          const at = version.at.find((each) => each.destination === place);
          if (destination.kind === 'bottles') return null;
          return (
            <tr key={destination.name}>
              <th scope="row">
                <bdi>{visible(destination.name)}</bdi>
                <span class="host">
                  {kindWords(destination.kind)}, <Outside text={destination.description} limit={100} />
                </span>
              </th>
              <td>
                {destination.unread !== undefined ? (
                  <>
                    could not be read: <Outside text={destination.unread} />
                  </>
                ) : at === undefined ? (
                  <span class="faint">no</span>
                ) : at.complete ? (
                  <Badge words={{ ...stateWords('available'), words: 'whole' }} />
                ) : (
                  <Badge words={stateWords('incomplete')} />
                )}
              </td>
              <td class="small">
                <When iso={at?.since} />
              </td>
              <td class="small">
                <When iso={at?.confirmed} />
              </td>
              <td>
                {at === undefined || at.differences.length === 0 ? (
                  <span class="faint">{at === undefined ? '–' : 'no'}</span>
                ) : (
                  <ul class="remarks">
                    {at.differences.map((difference) => (
                      <li key={difference}>
                        <Outside text={difference} />
                      </li>
                    ))}
                  </ul>
                )}
              </td>
            </tr>
          );
        })}
      </Table>
    </Section>
  );
}
