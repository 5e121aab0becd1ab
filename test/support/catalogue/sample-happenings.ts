import type { Happenings } from '../../../src/domain/catalogue/form/happenings.ts';
import type { Plots } from '../../../src/domain/catalogue/form/plots.ts';
import type { SampleProvider } from './sample-provider.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** What happened to all of them. */
export function happenings(
  all: readonly SampleProvider[],
  now: Date,
): Omit<Happenings, 'format' | 'made' | 'missing'> {
  const held = all.flatMap(({ detail }) =>
    detail.versions.flatMap(({ version: text, hold }) =>
      hold === null ? [] : [{ address: detail.address, version: text, ...hold }],
    ),
  );
  const recalls = all.flatMap(({ detail }) =>
    detail.versions.flatMap(({ version: text, recall }) =>
      recall === null
        ? []
        : [
            {
              provider: detail.address,
              ...recall,
              deletes: false,
              takenOut: [
                {
                  version: text,
                  destination: 'mirror',
                  how: 'unlisted' as const,
                  at: recall.at ?? now.toISOString(),
                },
              ],
            },
          ],
    ),
  );
  const [first] = all;
  const runs = Array.from({ length: 30 }, (_, index) => {
    const ok = index % 9 !== 4;
    return {
      id: `run-${42 - index}`,
      what: 'sync',
      at: new Date(now.getTime() - index * DAY).toISOString(),
      durationMs: 20_000 + ((index * 7919) % 90) * 1000,
      ok,
      outcomes: {
        published: index % 4,
        'up-to-date': all.length - (index % 4),
        ...(ok ? {} : { failed: 1 }),
      },
      bytes: ((index * 104_729) % 400) * 1_000_000,
      failures: ok
        ? []
        : [
            {
              address: first?.detail.address ?? 'registry.terraform.io/hashicorp/aws',
              version: null,
              destination: null,
              code: 'UpstreamUnavailable',
              message: 'registry.terraform.io answered 503 five times in a row.',
            },
          ],
    };
  });
  const deletions = all.slice(0, 5).map(({ detail }) => ({
    provider: detail.address,
    version: '0.9.0',
    destination: 'mirror',
    reason: 'older than the 30 newest versions, and nothing in the config names it',
    at: new Date(now.getTime() - 7 * DAY).toISOString(),
  }));
  return { runs, held, recalls, deletions };
}

/** The numbers behind the plots. */
export function plots(all: readonly SampleProvider[], now: Date): Omit<Plots, 'format' | 'made'> {
  return {
    behind: all
      .map(({ row }) => ({
        address: row.address,
        versions: row.behind ?? 0,
        days: (row.behind ?? 0) * 11 + (row.address.length % 10),
      }))
      .toSorted((a, b) => b.days - a.days),
    bytes: all
      .map(({ row }) => ({ address: row.address, bytes: row.bytes ?? 0 }))
      .toSorted((a, b) => b.bytes - a.bytes),
    runs: happenings(all, now)
      .runs.map(({ at, durationMs, bytes, ok }) => ({ at, durationMs, bytes, ok }))
      .toReversed(),
    holds: all
      .flatMap(({ detail }) =>
        detail.versions.flatMap(({ version: text, times, hold }) =>
          times.seen === null
            ? []
            : [
                {
                  address: detail.address,
                  version: text,
                  since: times.seen,
                  hours: Math.round(
                    (Date.parse(times.admitted ?? now.toISOString()) - Date.parse(times.seen)) / HOUR,
                  ),
                  open: hold !== null,
                },
              ],
        ),
      )
      .toSorted((a, b) => (a.since < b.since ? -1 : 1)),
  };
}
