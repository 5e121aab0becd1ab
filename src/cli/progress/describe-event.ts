import type { DomainEvent } from '../../domain/events/domain-event.ts';
import type { ProgressSignal } from '../../domain/events/progress-signal.ts';
import { formatPlatform, type Platform } from '../../domain/provider/platform.ts';
import { shortAddress } from '../render/address.ts';
import { formatBytes, formatDuration, formatRate } from '../render/quantities.ts';
import type { Tone } from '../render/style.ts';

export interface EventLine {
  readonly text: string;
  readonly tone: Tone;
}

/**
 * One line about what happened; undefined for what is too frequent or too small for a line.
 * `elapsed` is how long the package's transfer took, in milliseconds.
 */
export function describeEvent(event: DomainEvent, elapsed: number | undefined): EventLine | undefined {
  switch (event.kind) {
    case 'ProviderVersionResolved':
      return event.requested === event.version
        ? undefined
        : line(`${shortAddress(event.address)}: "${event.requested}" is ${event.version}`, 'faint');
    case 'IntegrityRemarkMade':
      return line(`${versionOf(event)}: ${event.remark}`, 'faint');
    case 'ProviderVersionUpToDate':
      return line(`${versionOf(event)}: up to date`, 'faint');
    case 'SigningKeyAdded':
      return line(`${versionOf(event)}: signing key ${event.keyId} added to the organization`);
    case 'PackageTransferFinished':
      return line(`${packageOf(event)}: ${describeTransfer(event.bytes, elapsed)}`);
    case 'PackageTransferFailed':
      // A stopped run is told of once a provider, not once a package.
      return event.error.code === 'Interrupted'
        ? undefined
        : line(`${packageOf(event)}: ${event.error.message}`, 'bad');
    case 'ProviderVersionPublished':
      return line(`${versionOf(event)}: published, signed by ${event.signedBy}`, 'good');
    case 'ProviderVersionCompleted':
      return line(`${versionOf(event)}: completed, signed by ${event.signedBy}`, 'good');
    case 'VersionConflictFound':
      return line(`${versionOf(event)}: conflict`, 'bad');
    case 'ProviderSyncFailed':
      return event.error.code === 'Interrupted'
        ? line(`${shortAddress(event.address)}: stopped`, 'faint')
        : line(`${shortAddress(event.address)}: failed (${event.error.code})`, 'bad');
    case 'VersionDeleted':
      return line(`${event.provider} ${event.version}: deleted, ${event.reason}`);
    case 'VersionDeletionFailed':
      return line(`${event.provider} ${event.version}: not deleted, ${event.error.message}`, 'bad');
    case 'VersionGoneUpstream':
      return line(`${versionOf(event)}: its public registry lists it no more`, 'bad');
    case 'VersionRecut':
      return line(`${versionOf(event)}: was cut again, with other sums than before`, 'bad');
    case 'VersionTakenOut':
      return line(`${versionOf(event)}: recalled, ${event.how} in ${event.destination}`);
    case 'BottleTransferred':
      return line(`${event.bottle}: ${formatBytes(event.bytes)}`);
    case 'BottleFailed':
      return event.error.code === 'Interrupted'
        ? undefined
        : line(`${event.bottle}: ${event.error.message}`, 'bad');
    case 'BottlesPublished':
      return line(`snapshot ${event.snapshot} is what clients see now`, 'good');
    case 'ReleaseVerified':
    default:
      return undefined;
  }
}

/** The same for how far things are: only what a person may wonder about gets a line. */
export function describeSignal(signal: ProgressSignal): EventLine | undefined {
  switch (signal.kind) {
    case 'PackageTransferRestarted':
      return line(`${packageOf(signal)}: ${signal.side} broke (${signal.reason}), going on`, 'faint');
    case 'RequestRetried':
      return line(`${signal.target}: ${signal.reason}; attempt ${signal.attempt} follows`, 'faint');
    default:
      return undefined;
  }
}

function line(text: string, tone: Tone = 'plain'): EventLine {
  return { text, tone };
}

interface AboutPackage {
  readonly address: string;
  readonly version: string;
  readonly platform: Platform;
}

/** "hashicorp/aws 5.100.0 linux_amd64": also what a bar is called. */
export function packageOf(event: AboutPackage): string {
  return `${versionOf(event)} ${formatPlatform(event.platform)}`;
}

function versionOf(event: { readonly address: string; readonly version: string }): string {
  return `${shortAddress(event.address)} ${event.version}`;
}

function describeTransfer(bytes: number, elapsed: number | undefined): string {
  if (elapsed === undefined) return formatBytes(bytes);
  return `${formatBytes(bytes)} in ${formatDuration(elapsed)} (${formatRate(bytes, elapsed)})`;
}
