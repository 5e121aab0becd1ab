import { requireAllowedHostnames } from '../../domain/config/allowed-hostnames.ts';
import type { SyncConfig } from '../../domain/config/config.ts';
import { parseConfig } from '../../domain/config/parse-config.ts';
import { SyncError } from '../../domain/errors.ts';
import type { ConfigSource } from '../../ports/config-source.ts';

/**
 * Reads and validates `config.json`.
 * Throws ConfigInvalid with every problem, each with its file and line, and the config's location, or the source's own errors.
 */
export async function readConfig(ports: { readonly configSource: ConfigSource }): Promise<SyncConfig> {
  const { configSource } = ports;
  const text = await configSource.read();
  try {
    const config = parseConfig(text);
    requireAllowedHostnames(config, configSource.allowedHostnames);
    return config;
  } catch (error) {
    if (!(error instanceof SyncError) || error.code !== 'ConfigInvalid') throw error;
    throw new SyncError('ConfigInvalid', `${configSource.location}: ${error.message}`, {
      cause: error,
      problems: error.problems.map((problem) =>
        problem.line === undefined ? problem : { ...problem, file: configSource.location },
      ),
    });
  }
}
