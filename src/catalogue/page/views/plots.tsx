import type { Plots } from '../../../domain/catalogue/form/plots.ts';
import { behindPlot, bytesPlot, holdsPlot, type PlotOf, runsPlot } from '../../model/plots.ts';
import { formatRoute, PLOT_SECTIONS, type PlotSection, providerLink } from '../../model/route.ts';
import { visible } from '../../model/visible-text.ts';
import { useSection, useTitle } from '../address-bar.ts';
import { More, useChunk } from '../parts/chunks.tsx';
import { Loaded } from '../parts/notes.tsx';
import { PlotFigure } from '../parts/plot-figure.tsx';
import { Section, SectionNav } from '../parts/section.tsx';
import { Table } from '../parts/table.tsx';
import { usePart, useShown } from '../state.ts';

const PLOTS: Readonly<Record<PlotSection, (plots: Plots) => PlotOf>> = {
  behind: behindPlot,
  bytes: bytesPlot,
  runs: runsPlot,
  holds: holdsPlot,
};

const NAMES: Readonly<Record<PlotSection, string>> = {
  behind: 'Behind upstream',
  bytes: 'Bytes stored',
  runs: 'Runs',
  holds: 'Hold times',
};

export function PlotsView({ section }: { readonly section: PlotSection | undefined }) {
  const { catalogue } = useShown();
  const loading = usePart<Plots>(catalogue.pointer.plots);
  useTitle('Plots');
  useSection(section, loading.state === 'there');
  return (
    <>
      <h1 tabIndex={-1}>Plots</h1>
      <SectionNav
        links={PLOT_SECTIONS.map((each) => ({
          section: each,
          words: NAMES[each],
          to: formatRoute({ view: 'plots', section: each }),
        }))}
      />
      <Loaded loading={loading}>
        {(plots) => (
          <div class="plots">
            {PLOT_SECTIONS.map((each) => (
              <PlotSectionView key={each} section={each} plots={plots} />
            ))}
          </div>
        )}
      </Loaded>
    </>
  );
}

function PlotSectionView({ section, plots }: { readonly section: PlotSection; readonly plots: Plots }) {
  const plot = PLOTS[section](plots);
  return (
    <Section name={section} title={plot.title}>
      <p class="lead">{visible(plot.summary)}</p>
      {plot.bars.length > 0 && <PlotFigure plot={plot} />}
      {plot.rows.length > plot.bars.length && (
        <p class="faint small">
          The plot shows {section === 'runs' || section === 'holds' ? 'the last' : 'the first'}{' '}
          {plot.bars.length}, the table all.
        </p>
      )}
      {plot.rows.length > 0 && (
        <details class="numbers">
          <summary>The numbers</summary>
          <Numbers plot={plot} />
        </details>
      )}
    </Section>
  );
}

function Numbers({ plot: { head, rows, title } }: { readonly plot: PlotOf }) {
  const chunk = useChunk(rows, 50);
  const { index } = useShown();
  return (
    <>
      <Table of={title} columns={head}>
        {chunk.shown.map((cells, line) => (
          <tr key={line}>
            {cells.map((words, column) => {
              const linked = column === 0 && index.some(({ row }) => row.address === words);
              const text = linked ? <a href={providerLink(words)}>{visible(words)}</a> : visible(words);
              return column === 0 ? (
                <th scope="row" key={column}>
                  {text}
                </th>
              ) : (
                <td key={column}>{text}</td>
              );
            })}
          </tr>
        ))}
      </Table>
      <More chunk={chunk} what="rows" />
    </>
  );
}
