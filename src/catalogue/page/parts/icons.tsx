import type { Tone } from '../../model/states.ts';

const PATHS = {
  check: 'M3.5 8.5l3 3 6-7',
  clock: 'M8 4.5V8l2.5 1.5M8 14A6 6 0 108 2a6 6 0 000 12z',
  person: 'M8 8a2.6 2.6 0 100-5.2A2.6 2.6 0 008 8zM3 13.6c.6-2.4 2.5-3.6 5-3.6s4.400 1.200 5 3.600',
  stop: 'M5.400 2.500h5.200L13.500 5.400v5.200l-2.900 2.900H5.400L2.500 10.600V5.400zM8 5v3.500M8 10.900v.100',
  older: 'M8 13V3.500M4 7.500l4-4 4 4',
  dash: 'M4 8h8',
  copy: 'M5.500 5.500V3a.5.5 0 01.5-.5h7a.5.5 0 01.5.5v7a.5.5 0 01-.5.5h-2.500M3 5.500h7a.5.5 0 01.5.5v7a.5.5 0 01-.5.5H3a.5.5 0 01-.5-.5V6a.5.5 0 01.5-.5z',
  search: 'M7 12A5 5 0 107 2a5 5 0 000 10zM10.800 10.800L14 14',
  sun: 'M8 10.800a2.800 2.800 0 100-5.600 2.800 2.800 0 000 5.600zM8 1.500v1.300M8 13.200v1.300M1.500 8h1.300M13.200 8h1.300M3.400 3.400l.9.9M11.700 11.700l.9.9M3.400 12.600l.9-.9M11.700 4.300l.9-.9',
  moon: 'M13.300 9.700A5.700 5.700 0 016.300 2.700a5.700 5.700 0 107 7z',
  auto: 'M8 14A6 6 0 108 2a6 6 0 000 12zM8 2v12M8 4.500h3.500M8 7h5M8 9.500h5M8 12h3',
  up: 'M8 12.500v-9M4.500 7L8 3.500 11.500 7',
  down: 'M8 3.500v9M4.500 9L8 12.500 11.500 9',
} as const;

export type IconName = keyof typeof PATHS;

/** A picture beside words that say the same: nothing to read out. */
export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}

export const TONE_ICONS: Readonly<Record<Tone, IconName>> = {
  good: 'check',
  wait: 'clock',
  ask: 'person',
  bad: 'stop',
  old: 'older',
  none: 'dash',
};
