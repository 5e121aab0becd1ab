import type { DeletionRow, Happenings, HeldRow, RecallRow, RunRow } from '../../../domain/catalogue/form.ts';
import { bytes, duration } from '../../model/format.ts';
import { formatRoute, HAPPENED_SECTIONS, type HappenedSection, providerLink } from '../../model/route.ts';
import { stateWords, versionState } from '../../model/states.ts';
import { cut, visible } from '../../model/visible-text.ts';
import { holdWords, outcomeWords } from '../../model/words.ts';
import { useSection, useTitle } from '../address-bar.ts';
import { More, useChunk } from '../parts/chunks.tsx';
import { Command } from '../parts/copy.tsx';
import { Loaded, Missing } from '../parts/notes.tsx';
import { Section, SectionNav } from '../parts/section.tsx';
import { AddressName, Badge, Outside, When } from '../parts/text.tsx';
import { usePart, useShown } from '../state.ts';

const NAMES: Readonly<Record<HappenedSection, string>> = {
  held: 'Held',
  runs: 'Runs',
  recalls: 'Recalls',
  deletions: 'Deleted by retention',
};

export function HappenedView({ section }: { readonly section: HappenedSection | undefined }) {
  const { catalogue } = useShown();
  const loading = usePart<Happenings>(catalogue.pointer.happenings);
  useTitle('What happened');
  useSection(section, loading.state === 'there');
  return (
    <>
      <h1 tabIndex={-1}>What happened</h1>
      <Loaded loading={loading}>
        {(happenings) => (
          <>
            <SectionNav
              links={HAPPENED_SECTIONS.map((each) => ({
                section: each,
                words: `${NAMES[each]} (${happenings[each].length})`,
                to: formatRoute({ view: 'happened', section: each }),
              }))}
            />
            <Held rows={happenings.held} />
            <Runs rows={happenings.runs} />
            <Recalls rows={happenings.recalls} />
            <Deletions rows={happenings.deletions} />
            <Missing sentences={happenings.missing} />
          </>
        )}
      </Loaded>
    </>
  );
}

/** What waits, with what lets it in. */
function Held({ rows }: { readonly rows: readonly HeldRow[] }) {
  const { now } = useShown();
  const chunk = useChunk(rows, 30);
  return (
    <Section name="held" title={NAMES.held}>
      {rows.length === 0 ? (
        <p class="nothing">Nothing is held: everything that was found was let in or refused.</p>
      ) : (
        <ul class="cards wide">
          {chunk.shown.map((row) => (
            <li class="card held" key={`${row.address} ${row.version}`}>
              <div class="card-head">
                <ProviderLink address={row.address} version={row.version} />
                <Badge
                  words={
                    row.rules.includes('approval')
                      ? stateWords('needs-approval')
                      : versionState('held', row.until, now)
                  }
                />
              </div>
              <p>
                It {holdWords(row.rules.map(visible))}.{' '}
                {row.since !== null && (
                  <>
                    First seen <When iso={row.since} />.
                  </>
                )}
              </p>
              {row.command !== null && (
                <Command
                  text={row.command}
                  what={`the command that approves ${visible(row.address)} ${visible(row.version)}`}
                />
              )}
            </li>
          ))}
        </ul>
      )}
      <More chunk={chunk} what="held versions" />
    </Section>
  );
}

function Runs({ rows }: { readonly rows: readonly RunRow[] }) {
  const chunk = useChunk(rows, 20);
  return (
    <Section name="runs" title={NAMES.runs}>
      {rows.length === 0 ? (
        <p class="nothing">No run is known.</p>
      ) : (
        <div class="scroll" role="region" aria-label="Table of runs" tabIndex={0}>
          <table class="plain-table runs">
            <thead>
              <tr>
                <th scope="col">Ended</th>
                <th scope="col">Run</th>
                <th scope="col">Outcome</th>
                <th scope="col" class="figures-column">
                  Took
                </th>
                <th scope="col" class="figures-column">
                  Brought in
                </th>
              </tr>
            </thead>
            <tbody>
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
            </tbody>
          </table>
        </div>
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

function Recalls({ rows }: { readonly rows: readonly RecallRow[] }) {
  const chunk = useChunk(rows, 30);
  return (
    <Section name="recalls" title={NAMES.recalls}>
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

function Deletions({ rows }: { readonly rows: readonly DeletionRow[] }) {
  const chunk = useChunk(rows, 30);
  return (
    <Section name="deletions" title={NAMES.deletions}>
      {rows.length === 0 ? (
        <p class="nothing">Retention deleted nothing.</p>
      ) : (
        <div class="scroll" role="region" aria-label="Table of deleted versions" tabIndex={0}>
          <table class="plain-table">
            <thead>
              <tr>
                <th scope="col">Provider</th>
                <th scope="col">Version</th>
                <th scope="col">Deleted from</th>
                <th scope="col">Why</th>
                <th scope="col">When</th>
              </tr>
            </thead>
            <tbody>
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
            </tbody>
          </table>
        </div>
      )}
      <More chunk={chunk} what="deletions" />
    </Section>
  );
}

/** A link where the provider has a page, its name otherwise: a config's pattern has none. */
function ProviderLink({
  address,
  version,
}: {
  readonly address: string;
  readonly version?: string | undefined;
}) {
  const { index } = useShown();
  const known = index.some(({ row }) => row.address === address);
  const name = (
    <>
      {address.split('/').length === 3 ? (
        <AddressName address={address} />
      ) : (
        <Outside text={address} limit={120} />
      )}
      {version !== undefined && <bdi class="mono version"> {visible(cut(version, 60).text)}</bdi>}
    </>
  );
  return known ? (
    <a class="provider" href={providerLink(address, version)}>
      {name}
    </a>
  ) : (
    <span class="provider">{name}</span>
  );
}
