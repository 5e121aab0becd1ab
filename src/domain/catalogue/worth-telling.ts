/** As much of a run's result as says whether a catalogue has anything new to tell. */
export interface TellingResult {
  readonly providers: readonly {
    readonly outcome: string;
    readonly passedOver?: readonly unknown[];
    readonly recalled?: readonly { readonly done: boolean }[];
    readonly destinations?: readonly { readonly outcome: string }[];
  }[];
}

/**
 * Whether a catalogue that was right before the run is still right after it: nothing was delivered, held, taken out
 * or failed.
 */
export function isWorthTelling({ providers }: TellingResult): boolean {
  return providers.some(
    ({ outcome, passedOver = [], recalled = [], destinations = [] }) =>
      [outcome, ...destinations.map((each) => each.outcome)].some((each) => each !== 'up-to-date') ||
      passedOver.length > 0 ||
      recalled.some(({ done }) => done),
  );
}
