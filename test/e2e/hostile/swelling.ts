// One process that asks one hostile server one thing, so that its memory is its own: prints its peak in MiB.
import { readFileSync } from 'node:fs';
import { createHttpClient } from '../../../src/adapters/http/client.ts';
import { createPublicRegistry } from '../../../src/adapters/terraform-registry/public-registry.ts';
import { connectPrivateRegistry } from '../../../src/adapters/tfe/connect.ts';
import { reportOf } from '../../../src/domain/errors.ts';

const [side = '', url = ''] = process.argv.slice(2);
const options = { userAgent: 'swelling', retry: { attempts: 1 } } as const;
const ask = async (): Promise<unknown> => {
  if (side === 'upstream') {
    const http = createHttpClient({ side: 'upstream', ...options });
    const registry = createPublicRegistry({ http, addresses: { 'registry.example.com': url } });
    const address = { hostname: 'registry.example.com', namespace: 'acme', type: 'anvil' };
    return await registry.listVersions(address);
  }
  const http = createHttpClient({ side: 'destination', ...options });
  const { registry } = connectPrivateRegistry({
    http,
    address: url,
    organization: 'example',
    token: { description: 'x', read: async () => 'a-token-of-no-use' },
    clock: { now: () => new Date(), monotonic: () => performance.now() },
  });
  return await registry.listProviders();
};
const outcome = await ask().then(
  (found) => ({ found: Array.isArray(found) ? found.length : 0 }),
  (error: unknown) => reportOf(error),
);
process.stdout.write(JSON.stringify({ outcome, peakMiB: peakMiB() }));

/** From Linux where it tells: what `resourceUsage` knows begins with the parent's memory. */
function peakMiB(): number {
  try {
    return Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) / 1024;
  } catch {
    return process.resourceUsage().maxRSS / 1024;
  }
}
