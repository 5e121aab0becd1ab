import { SyncError } from '../errors.ts';
import { quote } from './mistake.ts';
import type { PluginProtocol } from './release.ts';

const ACCEPTED: readonly PluginProtocol[] = ['4.0', '5.0', '6.0'];

/**
 * Plugin protocol versions of a release as HCP Terraform takes them (API "Private Provider Versions":
 * one or more of "4.0", "5.0", "6.0"). A minor version only adds to its major one, so "5.1" becomes "5.0".
 * Unknown major versions are left out beside a known one. Ordered, each once.
 * Throws ProtocolsUnsupported when none is left.
 */
export function toPluginProtocols(protocols: readonly string[]): readonly PluginProtocol[] {
  const accepted = ACCEPTED.filter((known) =>
    protocols.some((protocol) => majorOf(protocol) === majorOf(known)),
  );
  if (accepted.length > 0) return accepted;
  const found =
    protocols.length === 0
      ? 'The release names no plugin protocol'
      : `The release speaks the plugin protocol ${protocols.slice(0, 10).map(quote).join(', ')}`;
  throw new SyncError(
    'ProtocolsUnsupported',
    `${found}; a private registry takes 4, 5 and 6 only. Choose another version of the provider.`,
  );
}

const majorOf = (protocol: string): string | undefined => /^(\d+)(?:\.\d+)*$/.exec(protocol)?.[1];
