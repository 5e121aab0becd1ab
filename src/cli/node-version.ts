/**
 * What to say where this Node is too old; undefined where it will do. `running` and `needed` are versions such as
 * "20.11.1" and ">=22.13". Written in words that every Node can read, for it runs before anything else is read.
 */
export function nodeTooOld(running: string, needed: string): string | undefined {
  const least = needed.replace(/^[^0-9]*/, '');
  const have = running.split('.').map(Number);
  const want = least.split('.').map(Number);
  for (let place = 0; place < want.length; place += 1) {
    const difference = (have[place] || 0) - (want[place] || 0);
    if (difference > 0) return undefined;
    if (difference < 0) {
      return (
        'provider-sync needs Node.js ' +
        least +
        ' or later, and this is ' +
        running +
        '. Nothing was touched. Install it (https://nodejs.org), or put it first on the PATH.'
      );
    }
  }
  return undefined;
}
