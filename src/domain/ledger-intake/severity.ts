import { type EventName, eventNameOf } from '../events/types/schema.ts';

type Severity = 'info' | 'warning' | 'high';

/** What somebody should look at; all else is in the order of things. */
const SEVERITIES: Partial<Record<EventName, Severity>> = {
  'version.recut': 'high',
  'version.conflicted': 'high',
  'ledger.conflict': 'high',
  'version.refused': 'warning',
  'version.gone-upstream': 'warning',
  'version.taken-out': 'warning',
  'versions.recalled': 'warning',
  'release.remarked': 'warning',
  'package.failed': 'warning',
  'provider.failed': 'warning',
  'version.deletion-failed': 'warning',
  'bottle.failed': 'warning',
};

/** How much an event of the product's own matters; undefined for everybody else's. */
export function severityOf(type: string): Severity | undefined {
  const name = eventNameOf(type);
  return name && (SEVERITIES[name] ?? 'info');
}
