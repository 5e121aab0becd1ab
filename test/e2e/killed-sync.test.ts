import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { RunResult } from '../../src/application/sync/results.ts';
import type { VerifyResult } from '../../src/application/verify/results.ts';
import { makeSampleRelease } from '../../src/embedded/sample-registry/make-release.ts';
import { syntheticContents } from '../../src/embedded/sample-registry/package-contents.ts';
import { makeSigningKey } from '../../src/embedded/sample-registry/signing-key.ts';
import { violations } from '../kills/judge.ts';
import { killReleases, killWorld, type Views, wholeViews } from '../kills/world.ts';
import { providerSync, type RunningCommand, startProviderSync } from '../support/command-process.ts';
import { embeddedRegistry, installableVersions, sampleRegistry } from '../support/registries.ts';
import { anvil, DARWIN, LINUX } from '../support/sync-world.ts';
import { temporaryFolders } from '../support/temporary-folders.ts';

const temporaryFolder = temporaryFolders();

const PACKAGE_BYTES = 600_000;
/** Half a second a package: an upload is still on its way when it is seen to begin. */
const BYTES_PER_SECOND = 1_200_000;
const MOST_RUNS = 60;
const WHOLE = { '1.1.0': ['darwin_arm64', 'linux_amd64'] };

async function largeRelease() {
  const key = await makeSigningKey({ name: 'Acme' });
  return await makeSampleRelease({
    namespace: 'acme',
    type: 'anvil',
    version: '1.1.0',
    platforms: [LINUX, DARWIN],
    key,
    contents: ({ os }) => syntheticContents(PACKAGE_BYTES, os),
  });
}

describe.skipIf(process.platform === 'win32')('a sync whose process is killed', () => {
  it('at any request to the private registry leaves a version whole or not at all, and the last run completes it', async () => {
    let command: RunningCommand | undefined;
    let untilKill = Number.POSITIVE_INFINITY;
    let seen = 0;
    const kills: string[] = [];
    await using source = await sampleRegistry([await largeRelease()]);
    await using target = await embeddedRegistry({
      bytesPerSecondPerConnection: BYTES_PER_SECOND,
      intercept: async ({ method = '', url = '' }, response) => {
        if (command === undefined) return false;
        seen += 1;
        if (seen !== untilKill) return false;
        command.process.kill('SIGKILL');
        await command.ended;
        kills.push(`${method} ${url.startsWith('/v1/object/') ? 'a file' : url}`);
        // Every other request dies with the process, the rest still arrive.
        if (untilKill % 2 === 0) response.destroy();
        return untilKill % 2 === 0;
      },
    });
    const configPath = join(await temporaryFolder(), 'config.json');
    await writeFile(configPath, JSON.stringify([anvil('1.1.0', [LINUX, DARWIN])]));
    const args = [configPath, '--registry', source.url, '--json'];
    const environment = {
      TFC_ADDRESS: target.url,
      TFC_ORGANIZATION: target.organization,
      TFC_TOKEN: target.token,
    };

    let code: number | null = null;
    let last: RunResult | undefined;
    for (untilKill = 1; code === null && untilKill <= MOST_RUNS; untilKill += 1) {
      seen = 0;
      await using sync = startProviderSync(['sync', ...args], { environment });
      command = sync;
      const ran = await sync.ended;
      command = undefined;
      code = ran.code;
      if (code !== null) last = JSON.parse(ran.stdout) as RunResult;
      expect([{}, WHOLE]).toContainEqual(await installableVersions(target, 'anvil'));
    }

    expect(code).toBe(0);
    expect(last?.providers).toMatchObject([{ address: 'registry.terraform.io/acme/anvil' }]);
    expect(kills).toContain('PUT a file');
    expect(await installableVersions(target, 'anvil')).toEqual(WHOLE);
    const verified = await providerSync(['verify', '--deep', ...args], { environment });
    expect((JSON.parse(verified.stdout) as VerifyResult).providers).toMatchObject([
      { outcome: 'verified', differences: [] },
    ]);
  }, 120_000);

  it('while it fills three destinations leaves each version whole or not at all in each of them', async () => {
    const options = { packageBytes: 60_000, bytesPerSecond: 200_000 };
    const releases = await killReleases(options);
    const whole = wholeViews(releases);
    await using world = await killWorld(releases, options);
    let before: Views = {};
    // Later each time: the last one may well come too late.
    for (const milliseconds of [100, 400, 800, 1600]) {
      await using sync = world.start('sync');
      await Promise.race([world.busy(), sync.ended]);
      await Promise.race([delay(milliseconds), sync.ended]);
      sync.process.kill('SIGKILL');
      await sync.ended;
      const after = await world.views();
      expect(violations(before, after, whole)).toEqual([]);
      before = after;
    }

    const last = await world.start('sync').ended;
    expect(last).toMatchObject({ code: 0 });
    expect(await world.views()).toEqual(whole);
    expect(await world.start('verify').ended).toMatchObject({ code: 0 });
  }, 120_000);
});
