import { useEffect, useRef, useState } from 'preact/hooks';
import uPlot from 'uplot';
import { axisWords, type PlotOf } from '../../model/plots.ts';
import { visible } from '../../model/visible-text.ts';

const BAR = 26;
const AXIS = 44;

// uPlot tells the type of its enum, and has no values of it to name.
// oxlint-disable-next-line typescript/no-unsafe-enum-assignment
const [BELOW, LEFT]: readonly [uPlot.Axis.Side, uPlot.Axis.Side] = [2, 3];

/** The bars of a plot. Its summary stands above it, and its numbers beneath: nothing is only to be seen here. */
export function PlotFigure({ plot }: { readonly plot: PlotOf }) {
  const place = useRef<HTMLDivElement>(null);
  const [pointed, setPointed] = useState<number>();
  useEffect(() => {
    const element = place.current;
    if (element === null) return undefined;
    let drawn: uPlot | undefined;
    const draw = () => {
      drawn?.destroy();
      drawn = new uPlot(optionsOf(plot, element.clientWidth, setPointed), dataOf(plot), element);
    };
    const resized = new ResizeObserver(() => {
      if (drawn?.width !== element.clientWidth) draw();
    });
    resized.observe(element);
    const scheme = matchMedia('(prefers-color-scheme: dark)');
    addEventListener('themechange', draw);
    scheme.addEventListener('change', draw);
    return () => {
      resized.disconnect();
      removeEventListener('themechange', draw);
      scheme.removeEventListener('change', draw);
      drawn?.destroy();
    };
  }, [plot]);
  const bar = pointed === undefined ? undefined : plot.bars[pointed];
  return (
    <figure class="plot" role="img" aria-label={`${plot.title}: ${visible(plot.summary)}`}>
      {plot.kinds && (
        <p class="legend" aria-hidden="true">
          <span class="swatch" /> {plot.kinds.plain} <span class="swatch marked" /> {plot.kinds.marked}
        </p>
      )}
      <div ref={place} aria-hidden="true" class={`canvas ${plot.shape}`} />
      {bar && (
        <p class="pointed" aria-hidden="true">
          {visible(bar.label)}: {visible(bar.words)}
        </p>
      )}
    </figure>
  );
}

function dataOf({ bars }: PlotOf): uPlot.AlignedData {
  return [
    bars.map((_, index) => index),
    bars.map(({ value, marked }) => (marked ? null : value)),
    bars.map(({ value, marked }) => (marked ? value : null)),
  ];
}

function optionsOf(plot: PlotOf, width: number, onPoint: (index: number | undefined) => void): uPlot.Options {
  const lying = plot.shape === 'names';
  const { bars, unit } = plot;
  const top = Math.max(...bars.map(({ value }) => value), 0);
  const names = Math.min(220, Math.max(110, width * 0.32));
  // A letter of the axis' font is about 7 pixels wide.
  const letters = Math.floor(names / 7) - 1;
  const label = (index: number) => {
    const text = visible(bars[index]?.label ?? '');
    if (!lying) return text.split(',')[0] ?? '';
    // The provider's own name tells more than the beginning of its namespace.
    const short = text.length > letters ? `…/${text.split('/').at(-1)}` : text;
    return short.length > letters ? `${short.slice(0, letters - 1)}…` : short;
  };
  const paths = uPlot.paths.bars?.({ size: [0.66, 28], radius: 0.18 });
  const text = () => colour('--muted');
  const font = `12px ${getComputedStyle(document.documentElement).fontFamily}`;
  const every = Math.max(1, Math.ceil(bars.length / Math.max(2, Math.floor(width / 110))));
  return {
    width,
    height: lying ? bars.length * BAR + AXIS : 240,
    padding: lying ? [4, 24, 0, 0] : [12, 12, 0, 0],
    legend: { show: false },
    cursor: { drag: { x: false, y: false }, points: { show: false }, x: false, y: false },
    scales: {
      x: { time: false, range: [-0.6, bars.length - 0.4], ...(lying ? { ori: 1, dir: -1 } : {}) },
      // An axis with nothing on it has room for one.
      y: { range: [0, top > 0 ? top * 1.06 : 1], ...(lying ? { ori: 0 } : {}) },
    },
    axes: [
      {
        ...(lying ? { side: LEFT, size: names } : { size: 36 }),
        stroke: text,
        font,
        grid: { show: false },
        ticks: { show: false },
        splits: () => bars.map((_, index) => index).filter((index) => lying || index % every === 0),
        values: (_, splits) => splits.map(label),
      },
      {
        ...(lying ? { side: BELOW, size: 36 } : { size: 64 }),
        stroke: text,
        font,
        grid: { stroke: () => colour('--line'), width: 1 },
        ticks: { show: false },
        space: lying ? 90 : 40,
        values: (_, splits) => splits.map((value) => axisWords(unit, value)),
      },
    ],
    series: [
      {},
      { fill: () => colour('--bar'), width: 0, points: { show: false }, ...(paths && { paths }) },
      {
        fill: (self) => hatched(self.ctx, colour('--bar-marked'), colour('--surface')),
        stroke: () => colour('--bar-marked'),
        width: 1,
        points: { show: false },
        ...(paths && { paths }),
      },
    ],
    hooks: { setCursor: [({ cursor }) => onPoint(cursor.idx ?? undefined)] },
  };
}

function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/** Told apart without colours. */
function hatched(context: CanvasRenderingContext2D, line: string, ground: string): CanvasPattern | string {
  const size = 8;
  const tile = document.createElement('canvas');
  tile.width = size;
  tile.height = size;
  const brush = tile.getContext('2d');
  if (brush === null) return line;
  brush.fillStyle = ground;
  brush.fillRect(0, 0, size, size);
  brush.strokeStyle = line;
  brush.lineWidth = 2.5;
  brush.beginPath();
  for (const offset of [-size, 0, size]) {
    brush.moveTo(offset, size);
    brush.lineTo(offset + size, 0);
  }
  brush.stroke();
  return context.createPattern(tile, 'repeat') ?? line;
}
