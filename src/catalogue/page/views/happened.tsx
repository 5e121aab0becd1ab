import type { Happenings } from '../../../domain/catalogue/form/happenings.ts';
import { formatRoute, HAPPENED_SECTIONS, type HappenedSection } from '../../model/route.ts';
import { useSection, useTitle } from '../address-bar.ts';
import { Loaded, Missing } from '../parts/notes.tsx';
import { SectionNav } from '../parts/section.tsx';
import { usePart, useShown } from '../state.ts';
import { Held } from './happened-held.tsx';
import { Deletions, Recalls } from './happened-removed.tsx';
import { Runs } from './happened-runs.tsx';

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
            <Held title={NAMES.held} rows={happenings.held} />
            <Runs title={NAMES.runs} rows={happenings.runs} />
            <Recalls title={NAMES.recalls} rows={happenings.recalls} />
            <Deletions title={NAMES.deletions} rows={happenings.deletions} />
            <Missing sentences={happenings.missing} />
          </>
        )}
      </Loaded>
    </>
  );
}
