import type { HeldRow } from '../../../domain/catalogue/form/happenings.ts';
import { stateWords, versionState } from '../../model/states.ts';
import { visible } from '../../model/visible-text.ts';
import { holdWords } from '../../model/words.ts';
import { More, useChunk } from '../parts/chunks.tsx';
import { Command } from '../parts/copy.tsx';
import { ProviderLink } from '../parts/provider-link.tsx';
import { Section } from '../parts/section.tsx';
import { Badge, When } from '../parts/text.tsx';
import { useShown } from '../state.ts';

/** What waits, with what lets it in. */
export function Held({ title, rows }: { readonly title: string; readonly rows: readonly HeldRow[] }) {
  const { now } = useShown();
  const chunk = useChunk(rows, 30);
  return (
    <Section name="held" title={title}>
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
