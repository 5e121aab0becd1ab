import { moment } from '../../model/format.ts';
import { STEP_NAMES, type Timeline, type TimelineVersion } from '../../model/timeline.ts';
import { visible } from '../../model/visible-text.ts';

const LANE = 34;
const TOP = 14;

/**
 * A lane for each step, time from left to right, a line for each version through its steps: one that goes straight
 * down came in at once, a slanting one waited. The table beneath has the dates.
 */
export function TimelineFigure({
  timeline,
  chosen,
}: {
  readonly timeline: Timeline;
  readonly chosen: string;
}) {
  const { steps, versions, ticks } = timeline;
  const height = TOP + LANE * (steps.length - 1) + TOP;
  const lane = (step: (typeof steps)[number]) => TOP + LANE * steps.indexOf(step);
  // The chosen one is drawn last, above the others.
  const drawn = versions.toSorted((a, b) => Number(a.version === chosen) - Number(b.version === chosen));
  return (
    <figure class="timeline">
      <div class="lanes" aria-hidden="true">
        {steps.map((step) => (
          <span key={step}>{STEP_NAMES[step]}</span>
        ))}
      </div>
      <svg
        role="img"
        aria-label="When each version was published, seen, let in and delivered; the table below has the dates"
        width="100%"
        height={height + 22}
      >
        {ticks.map(({ at, label }) => (
          <g key={label} class="tick">
            <line x1={percent(at)} x2={percent(at)} y1={2} y2={height} />
            <text
              x={percent(at)}
              y={height + 16}
              text-anchor={at < 0.06 ? 'start' : at > 0.94 ? 'end' : 'middle'}
            >
              {label}
            </text>
          </g>
        ))}
        {steps.map((step) => (
          <line key={step} class="lane" x1="0" x2="100%" y1={lane(step)} y2={lane(step)} />
        ))}
        {drawn.map((version) => (
          <VersionMarks
            key={version.version}
            version={version}
            chosen={version.version === chosen}
            lane={lane}
          />
        ))}
      </svg>
    </figure>
  );
}

function VersionMarks({
  version,
  chosen,
  lane,
}: {
  readonly version: TimelineVersion;
  readonly chosen: boolean;
  readonly lane: (step: TimelineVersion['marks'][number]['step']) => number;
}) {
  const { marks } = version;
  return (
    <g class={chosen ? 'version chosen' : 'version'}>
      {marks.slice(1).map((mark, index) => {
        const before = marks[index];
        return before === undefined ? null : (
          <line
            key={mark.step}
            x1={percent(before.at)}
            y1={lane(before.step)}
            x2={percent(mark.at)}
            y2={lane(mark.step)}
          />
        );
      })}
      {marks.map(({ step, at, iso }) => (
        <circle key={step} cx={percent(at)} cy={lane(step)} r={chosen ? 5 : 3.5} class={`step-${step}`}>
          <title>
            {visible(version.version)}: {STEP_NAMES[step].toLowerCase()}, {moment(iso)}
          </title>
        </circle>
      ))}
    </g>
  );
}

/** Within the margins, so that no mark is cut off. */
function percent(at: number): string {
  return `${(1 + at * 98).toFixed(3)}%`;
}
