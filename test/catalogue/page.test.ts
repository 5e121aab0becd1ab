import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import axe from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildCatalogue } from '../../scripts/build-catalogue.ts';
import { startCatalogueServer } from '../../src/embedded/catalogue-server/server.ts';
import { launchChromium, withoutBrowser } from '../support/catalogue/chromium.ts';
import { sampleCatalogue } from '../support/catalogue/sample.ts';
import { HOSTILE_TEXTS } from '../support/catalogue/sample-provider.ts';
import { catalogueFiles, type Site, startSite } from '../support/catalogue/site.ts';
import { type WatchedPage, watchedPage } from '../support/catalogue/watched-page.ts';
import { startHttpServer } from '../support/http-server.ts';
import { temporaryFolders } from '../support/temporary-folders.ts';

const newFolder = temporaryFolders();
const AWS = '#/provider/registry.terraform.io/hashicorp/aws';
/** Every view, by what stands behind `#`, with the words of its heading. */
const VIEWS = [
  ['#/', 'Providers'],
  ['#/bottles', 'Bottles'],
  [AWS, 'hashicorp/aws'],
  ['#/happened', 'What happened'],
  ['#/plots', 'Plots'],
] as const;

describe('the catalogue’s files', () => {
  it('weigh less than 400 kB together, and are named by what is in them', async () => {
    const [assets, again] = await Promise.all([buildCatalogue(), buildCatalogue()]);
    expect(assets.reduce((sum, { bytes }) => sum + bytes.length, 0)).toBeLessThan(400_000);
    expect(assets.map(({ path }) => path)).toEqual(again.map(({ path }) => path));
    expect(assets.at(-1)?.path).toBe('index.html');
    expect(assets.slice(0, -1).every(({ path }) => /^assets\/[a-z]+-[0-9a-f]{16}\.[a-z]+$/.test(path))).toBe(
      true,
    );
  });

  it('have nothing inline, and no address of another host', async () => {
    const assets = await buildCatalogue();
    const html = Buffer.from(assets.at(-1)?.bytes ?? []).toString();
    expect(html).not.toMatch(/<script(?![^>]*\ssrc=)|\sstyle=|\son\w+=|https?:/);
    for (const { path, bytes } of assets) {
      // The names of XML's own namespaces are addresses that nobody asks.
      const addresses = Buffer.from(bytes)
        .toString()
        .match(/https?:\/\/(?!www\.w3\.org\/)[^"'`\s)]+/g);
      expect([path, addresses]).toEqual([path, null]);
    }
  });
});

describe.skipIf(withoutBrowser)('the catalogue’s page in Chromium', { timeout: 120_000 }, () => {
  let browser: Browser;
  let site: Site;

  beforeAll(async () => {
    [browser, site] = await Promise.all([launchChromium(), startSite()]);
    for (const [prefix, sample] of [
      ['', sampleCatalogue({ providers: 24, versions: 6 })],
      ['deep/below/', sampleCatalogue({ providers: 3, versions: 2 })],
      ['hostile/', sampleCatalogue({ providers: 8, versions: 12, hostile: true })],
      ['many/', sampleCatalogue({ providers: 300, versions: 2 })],
    ] as const) {
      for (const [path, bytes] of await catalogueFiles(sample, prefix)) site.files.set(path, bytes);
    }
    for (const [path, bytes] of await catalogueFiles(
      sampleCatalogue({ providers: 2, versions: 1 }),
      'unguarded/',
    )) {
      const html = path.endsWith('.html') ? Buffer.from(bytes).toString() : undefined;
      site.files.set(path, html?.replace(/<meta http-equiv="Content-Security-Policy"[^>]*>/, '') ?? bytes);
    }
  }, 120_000);
  afterAll(async () => {
    await Promise.all([browser?.close(), site?.close()]);
  });

  async function opened(hash: string, prefix = '', options = {}): Promise<WatchedPage> {
    const watched = await watchedPage(browser, options);
    await watched.page.goto(`${site.url}/${prefix}${hash}`);
    await watched.page.locator('main h1').waitFor({ state: 'attached' });
    return watched;
  }

  it.each(VIEWS)('%s opens by its link, with the date and the run', async (hash, heading) => {
    await using watched = await opened(hash, 'deep/below/');
    const { page, complaints, requested } = watched;
    expect(await page.locator('main h1').innerText()).toContain(heading);
    await expect.poll(() => page.locator('main').innerText()).not.toContain('Loading…');
    const stamp = await page.locator('.stamp').innerText();
    expect(stamp).toContain('20 Nov 2026, 06:00 UTC');
    expect(stamp).toContain('run-42');
    expect(await page.title()).toContain('Provider catalogue');
    expect(complaints).toEqual([]);
    expect(requested.filter((url) => !url.startsWith(`${site.url}/deep/below/`))).toEqual([]);
  });

  it('says what is wrong with a link that leads nowhere', async () => {
    await using watched = await opened('#/no/such/thing');
    expect(await watched.page.locator('main').innerText()).toContain('There is no such view');
    await watched.page.goto(`${site.url}/#/provider/registry.terraform.io/acme/nothing`);
    await expect.poll(() => watched.page.locator('main').innerText()).toContain('Not in this catalogue');
    await watched.page.goto(`${site.url}/${AWS}?version=99.0.0`);
    await expect.poll(() => watched.page.locator('main').innerText()).toContain('Version 99.0.0 is not here');
  });

  it('searches, filters and sorts as one types, and the link says so', async () => {
    await using watched = await opened('#/');
    const { page } = watched;
    const names = () => page.locator('tbody .provider').allInnerTexts();
    const found = () => page.locator('.found').innerText();
    expect(await found()).toBe('24 providers');
    await page.getByLabel('Search providers').fill('integrations random');
    expect(await names()).toEqual([expect.stringContaining('integrations/random')]);
    await page.getByLabel('Search providers').fill('');
    await page.getByLabel('Platform').selectOption('windows_amd64');
    expect(await found()).toMatch(/^\d of 24 providers/);
    expect(await names()).toHaveLength(Number((await found())[0]));
    await page.getByRole('button', { name: 'behind upstream' }).click();
    const behind = await page.locator('tbody tr').allInnerTexts();
    expect(behind.length).toBeGreaterThan(0);
    expect(behind.every((text) => text.includes('behind by'))).toBe(true);
    await page.getByRole('button', { name: 'Last change' }).click();
    await expect.poll(() => page.url()).toContain('#/?state=behind&sort=changed&order=down');
    const sorted = await names();
    await page.reload();
    await page.locator('tbody tr').first().waitFor();
    expect(await names()).toEqual(sorted);
    expect(await page.locator('th[aria-sort]').getAttribute('aria-sort')).toBe('descending');
  });

  it('draws many providers as they are wanted, and all of them on paper', async () => {
    await using watched = await opened('#/', 'many/');
    const { page } = watched;
    const rows = page.locator('tbody tr');
    const first = await rows.count();
    expect(first).toBeLessThan(150);
    await page.getByRole('button', { name: 'Show more' }).focus();
    await page.keyboard.press('Enter');
    await expect.poll(() => rows.count()).toBeGreaterThan(first);
    await page.evaluate('dispatchEvent(new Event("beforeprint"))');
    expect(await rows.count()).toBe(300);
    await page.emulateMedia({ media: 'print' });
    expect(await page.locator('.filters').isVisible()).toBe(false);
    expect(await page.locator('.stamp').isVisible()).toBe(true);
  });

  it('shows a provider’s versions, platforms, digests and evidence', async () => {
    await using watched = await opened(`${AWS}?version=1.5.0`);
    const { page } = watched;
    const section = (name: string) => page.locator(`#section-${name}`);
    await section('evidence').waitFor();
    expect(await section('versions').locator('tbody tr').count()).toBe(6);
    expect(await section('versions').locator('tr.chosen').innerText()).toContain('1.5.0');
    expect(await section('platforms').innerText()).toContain('darwin_arm64');
    const evidence = await section('evidence').innerText();
    expect(evidence).toContain('A person approved it');
    expect(evidence).toContain('Read the notes; needed for OPS-7.');
    expect(evidence).toContain('HashiCorp Security (hashicorp.com/security) <security@hashicorp.com>');
    expect(await section('destinations').innerText()).toContain(
      'windows_amd64 is not here; the mirror has it.',
    );
    await section('versions').getByRole('link', { name: '1.3.0' }).click();
    await expect.poll(() => page.url()).toContain('version=1.3.0');
    await expect.poll(() => section('destinations').locator('h2').innerText()).toContain('1.3.0');
  });

  it('copies the whole digest, whatever is shown of it', async () => {
    await using watched = await opened(AWS, '', { permissions: ['clipboard-read', 'clipboard-write'] });
    const { page } = watched;
    await page.getByRole('button', { name: 'Copy the SHA-256 of darwin_arm64' }).click();
    await expect.poll(() => page.locator('[role=status].unseen').innerText()).toContain('Copied the SHA-256');
    expect(await page.evaluate('navigator.clipboard.readText()')).toMatch(/^[0-9a-f]{64}$/);
  });

  it('can be copied from where the browser gives a page no clipboard', async () => {
    await using watched = await opened(AWS, '', { permissions: ['clipboard-read', 'clipboard-write'] });
    const { page } = watched;
    await page.evaluate('navigator.clipboard.writeText = () => Promise.reject(new Error("not allowed"))');
    await page.getByRole('button', { name: 'Copy the h1 of darwin_arm64' }).click();
    await page.getByText('Copied', { exact: true }).first().waitFor();
    expect(await page.evaluate('navigator.clipboard.readText()')).toMatch(/^h1:/);
  });

  it.each(['terraform', 'tofu'] as const)('has what to write for %s', async (tool) => {
    await using watched = await opened(AWS);
    const { page } = watched;
    await page.locator('.segments input[name=tool]').locator(`xpath=self::*[@value="${tool}"]`).check();
    const texts = async () => (await page.locator('#section-write pre').allInnerTexts()).join('\n');
    expect(await texts()).toContain('source  = "app.terraform.io/acme/aws"');
    await page.getByRole('radio', { name: /containers/ }).check();
    const words = await page.locator('#section-write').innerText();
    expect(words).toContain(tool === 'tofu' ? 'oci_mirror' : 'Terraform cannot read an OCI mirror');
  });

  it('says what happened, with the command that approves', async () => {
    await using watched = await opened('#/happened/runs');
    const { page } = watched;
    await page.locator('#section-held').waitFor();
    expect(
      await page.evaluate('document.activeElement === document.querySelector("#section-runs > h2")'),
    ).toBe(true);
    expect(await page.locator('#section-held').innerText()).toMatch(
      /needs approval[^]*provider-sync approve registry\.terraform\.io\/hashicorp\/aws 1\.6\.0 --reason/,
    );
    expect(await page.locator('#section-runs').innerText()).toContain(
      'registry.terraform.io answered 503 five times in a row.',
    );
    expect(await page.locator('#section-recalls').innerText()).toContain('Leaks credentials into the state.');
    expect(await page.locator('#section-deletions').innerText()).toContain(
      'older than the 30 newest versions',
    );
  });

  it('draws each plot, with its numbers as a table', async () => {
    await using watched = await opened('#/plots');
    const { page, complaints } = watched;
    await page.locator('#section-holds canvas').waitFor();
    for (const plot of ['behind', 'bytes', 'runs', 'holds']) {
      const section = page.locator(`#section-${plot}`);
      const drawn = await page.evaluate<number>(`{
        const canvas = document.querySelector('#section-${plot} canvas');
        const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
        new Set(new Uint32Array(data.buffer)).size;
      }`);
      expect([plot, drawn > 5]).toEqual([plot, true]);
      await section.locator('summary').click();
      expect([plot, (await section.locator('tbody tr').count()) > 5]).toEqual([plot, true]);
    }
    expect(complaints).toEqual([]);
  });

  describe('with texts that would be more than text', () => {
    it.each([
      ...VIEWS,
      ['#/?q=%3Cscript%3EglobalThis.pwned=true%3C/script%3E', 'Providers'],
      ['#/provider/%3Cimg%20src=x%20onerror=globalThis.pwned=true%3E/a/b', 'Not in this catalogue'],
    ] as const)('runs nothing of them: %s', async (hash, heading) => {
      await using watched = await opened(hash, 'hostile/', { viewport: { width: 400, height: 800 } });
      const { page, complaints, requested } = watched;
      expect(await page.locator('main h1').innerText()).toContain(heading);
      await expect.poll(() => page.locator('main').innerText()).not.toContain('Loading…');
      // Everything that waits to be asked for, and every version.
      for (const summary of await page.locator('summary').all()) await summary.click();
      for (const button of await page.getByRole('button', { name: /^Show all/ }).all()) await button.click();
      expect(await page.evaluate('globalThis.pwned')).toBeUndefined();
      expect(
        await page.locator('main script, main img, main iframe, main [onerror], main [onload]').count(),
      ).toBe(0);
      const links = await page.evaluate<string[]>(
        '[...document.querySelectorAll("main a")].map((each) => each.href)',
      );
      expect(links.filter((link) => !link.startsWith(`${site.url}/hostile/`))).toEqual([]);
      expect(complaints).toEqual([]);
      expect(requested.filter((url) => !url.startsWith(`${site.url}/`))).toEqual([]);
      // Ten thousand characters stay within a phone's width.
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(400);
    });

    it('shows them as they are, and names what would not be seen', async () => {
      await using watched = await opened(AWS, 'hostile/');
      const { page } = watched;
      await page.locator('#section-evidence').waitFor();
      const seen = new Set<string>();
      for (const version of await versionsOf(page)) {
        await page.locator('#section-evidence select').selectOption(version);
        await page.locator('#section-destinations h2', { hasText: version }).waitFor();
        seen.add(await page.locator('main').innerText());
      }
      const all = [...seen].join('\n');
      for (const text of HOSTILE_TEXTS.filter((each) => !/[\p{Cc}\p{Cf}]/u.test(each) && each.length < 200)) {
        expect(all).toContain(text);
      }
      expect(all).toContain('U+202E');
      expect(all).toMatch(/nul U\+0000/);
      expect(['\u202e', '\u2066', '\0', '\u001b'].filter((each) => all.includes(each))).toEqual([]);
      await page
        .getByRole('button', { name: /^Show all 10,\d{3} characters$/ })
        .first()
        .click();
      expect(await page.locator('main').innerText()).toContain('long long end');
    });
  });

  describe('is kept to its policy by the browser', () => {
    const POLICY = /Content Security Policy|Trusted Type|TrustedScript/;
    const RUN = [
      'const script = document.createElement("script"); script.append("globalThis.pwned = 1"); document.body.append(script)',
      'document.body.insertAdjacentHTML("beforeend", "<img src=nothing onerror=globalThis.pwned=1>")',
      'document.querySelector("main").innerHTML = "<iframe srcdoc=\'<script>parent.pwned=1</script>\'>"',
    ];
    const ASK = [
      'new Image().src = ELSEWHERE',
      'fetch(ELSEWHERE, { mode: "no-cors" })',
      'navigator.sendBeacon(ELSEWHERE)',
      'const script = document.createElement("script"); script.src = ELSEWHERE; document.body.append(script)',
      'const frame = document.createElement("iframe"); frame.src = ELSEWHERE; document.body.append(frame)',
      'const form = document.createElement("form"); form.action = ELSEWHERE; document.body.append(form); form.submit()',
    ];

    /** Whether a deed ran, or reached another server. */
    async function comesThrough(deed: string, prefix: string): Promise<boolean> {
      const asked: string[] = [];
      const elsewhere = await startHttpServer((request, response) => {
        asked.push(request.url ?? '');
        response.end();
      });
      await using watched = await opened('#/', prefix);
      const { page, complaints } = watched;
      let refused = false;
      await page
        .evaluate(`{ const ELSEWHERE = ${JSON.stringify(`${elsewhere.url}/`)}; ${deed}; undefined }`)
        .catch((error: unknown) => {
          refused = String(error).includes('TrustedHTML') || String(error).includes('TrustedScript');
        });
      const through = async () =>
        asked.length > 0 || (await page.evaluate('globalThis.pwned').catch(() => undefined)) === 1;
      await expect
        .poll(async () => refused || complaints.some((text) => POLICY.test(text)) || (await through()))
        .toBe(true);
      // Whatever was on its way when the browser complained.
      await page.evaluate('new Promise((resolve) => requestAnimationFrame(resolve))').catch(() => undefined);
      const came = await through();
      await elsewhere.close();
      return came;
    }

    it.each([...RUN, ...ASK])('%s', async (deed) => {
      // Without the policy it does come through: the deed is one.
      expect([await comesThrough(deed, 'unguarded/'), await comesThrough(deed, '')]).toEqual([true, false]);
    });
  });

  it('opens from the program’s own server, and in no frame of another page', async () => {
    const folder = await newFolder();
    for (const [path, bytes] of await catalogueFiles(sampleCatalogue({ providers: 4, versions: 3 }))) {
      await mkdir(join(folder, dirname(path)), { recursive: true });
      await writeFile(join(folder, path), bytes);
    }
    const server = await startCatalogueServer({
      folder,
      port: 0,
      onError: (error) => expect.unreachable(String(error)),
    });
    await using watched = await watchedPage(browser);
    const { page, complaints } = watched;
    await page.goto(`${server.url}/${AWS}/evidence`);
    await page.locator('#section-evidence').waitFor();
    expect(complaints).toEqual([]);
    site.files.set('framing.html', `<iframe src="${server.url}/"></iframe>`);
    await page.goto(`${site.url}/framing.html`);
    await expect.poll(() => complaints.join()).toContain('frame-ancestors');
    await server.close();
  });

  describe.each(['light', 'dark'] as const)('in the %s scheme', (colorScheme) => {
    it.each([1280, 390])('has no barrier that axe knows, %i pixels wide', async (width) => {
      await using watched = await opened('#/', '', { colorScheme, viewport: { width, height: 900 } });
      const { page } = watched;
      await page.evaluate(axe.source);
      for (const [hash, heading] of VIEWS) {
        await page.evaluate(`location.hash = ${JSON.stringify(hash)}`);
        await page.locator('main h1', { hasText: heading }).waitFor({ state: 'attached' });
        await expect.poll(() => page.locator('main').innerText()).not.toContain('Loading…');
        for (const summary of await page.locator('summary').all()) await summary.click();
        expect([hash, await violations(page)]).toEqual([hash, []]);
      }
    });
  });

  it('shows the scheme that is chosen, and again on the next visit', async () => {
    await using watched = await opened('#/', '', { colorScheme: 'light' });
    const { page } = watched;
    const ground = () => page.evaluate('getComputedStyle(document.documentElement).backgroundColor');
    const light = await ground();
    await page.getByRole('button', { name: 'Auto: colours' }).click();
    await page.getByRole('button', { name: 'Light: colours' }).click();
    const dark = await ground();
    expect(dark).not.toBe(light);
    await page.reload();
    await page.locator('tbody tr').first().waitFor();
    expect(await ground()).toBe(dark);
  });

  it('can be used by keyboard alone', async () => {
    await using watched = await opened('#/', '', { permissions: ['clipboard-read', 'clipboard-write'] });
    const { page } = watched;
    const focused = () =>
      page.evaluate(`{
        const { localName, innerText, ariaLabel, name } = document.activeElement;
        localName + ': ' + (innerText || ariaLabel || name);
      }`);
    const tabTo = async (wanted: RegExp) => {
      for (let presses = 0; presses < 60; presses += 1) {
        await page.keyboard.press('Tab');
        if (wanted.test(String(await focused()))) return;
      }
      throw new Error(`Tab does not lead to ${wanted}`);
    };
    await page.keyboard.press('Tab');
    expect(await focused()).toBe('button: Skip to the contents');
    await page.keyboard.press('Enter');
    expect(await page.evaluate('document.activeElement.id')).toBe('main');
    await page.keyboard.press('/');
    await page.keyboard.type('integrations vault');
    await expect.poll(() => page.locator('tbody tr').count()).toBe(1);
    await tabTo(/^a: integrations\/vault/);
    await page.keyboard.press('Enter');
    await page.locator('#section-write').waitFor();
    await expect.poll(focused).toContain('h1: integrations/vault');
    await tabTo(/^input: tool/);
    await page.keyboard.press('ArrowRight');
    expect(await page.locator('input[name=tool]:checked').getAttribute('value')).toBe('tofu');
    await tabTo(/^button: Copy$/);
    await page.keyboard.press('Enter');
    await expect.poll(() => page.evaluate('navigator.clipboard.readText()')).toContain('required_providers');
    // Alt and the arrow to the left: the browser's own key, which a page's keyboard does not reach.
    await page.goBack();
    await expect.poll(() => page.url()).toContain('q=integrations+vault');
  });

  describe('while a new catalogue is written', () => {
    it('goes on with what is in force, and never mixes the two', async () => {
      const old = sampleCatalogue({ providers: 5, versions: 2 });
      for (const [path, bytes] of await catalogueFiles(old, 'live/')) site.files.set(path, bytes);
      await using watched = await opened('#/', 'live/');
      const { page } = watched;
      // The next one, under names of its own; the old one's data is removed under the open page.
      const text = JSON.stringify(
        [...(await catalogueFiles(sampleCatalogue({ providers: 6, versions: 3 }), 'live/'))].flatMap(
          ([path, bytes]) => (typeof bytes === 'string' ? [[path, bytes]] : []),
        ),
      ).replaceAll(old.pointer.made.generation, '20261121_next');
      for (const path of old.details.keys()) site.files.delete(`live/${path}`);
      for (const [path, bytes] of JSON.parse(text) as [string, string][]) site.files.set(path, bytes);
      await page.getByRole('link', { name: 'hashicorp/aws' }).click();
      await page.locator('#section-versions').waitFor();
      expect(await page.locator('#section-versions tbody tr').count()).toBe(3);
      await page.getByRole('link', { name: 'Providers' }).first().click();
      await expect.poll(() => page.locator('tbody tr').count()).toBe(6);
    });

    it('tells those who come back that there is a newer one', async () => {
      const old = sampleCatalogue({ providers: 5, versions: 2 });
      for (const [path, bytes] of await catalogueFiles(old, 'newer/')) site.files.set(path, bytes);
      await using watched = await watchedPage(browser);
      const { page } = watched;
      await page.clock.install();
      await page.goto(`${site.url}/newer/`);
      await page.locator('tbody tr').first().waitFor();
      const next = JSON.stringify(
        [...(await catalogueFiles(sampleCatalogue({ providers: 7, versions: 2 }), 'newer/'))].flatMap(
          ([path, bytes]) => (typeof bytes === 'string' ? [[path, bytes]] : []),
        ),
      ).replaceAll(old.pointer.made.generation, '20261121_next');
      for (const [path, bytes] of JSON.parse(next) as [string, string][]) site.files.set(path, bytes);
      await page.clock.fastForward('02:00');
      await page.evaluate('dispatchEvent(new Event("focus"))');
      await page.getByText('A newer catalogue has been written.').waitFor();
      expect(await page.locator('tbody tr').count()).toBe(5);
      await page.getByRole('button', { name: 'Show it' }).click();
      await expect.poll(() => page.locator('tbody tr').count()).toBe(7);
    });

    it('says so where there is none, and is there when it comes', async () => {
      const files = await catalogueFiles(sampleCatalogue({ providers: 2, versions: 1 }), 'late/');
      for (const [path, bytes] of files) if (path !== 'late/catalogue.json') site.files.set(path, bytes);
      await using watched = await watchedPage(browser);
      const { page } = watched;
      await page.goto(`${site.url}/late/`);
      await page.getByText('catalogue.json could not be read: the server answers 404.').waitFor();
      site.files.set('late/catalogue.json', files.get('late/catalogue.json') ?? '');
      await page.getByRole('button', { name: 'Try again' }).click();
      await expect.poll(() => page.locator('tbody tr').count()).toBe(2);
    });

    it('says so when the data is of a form that it does not know', async () => {
      for (const [path, bytes] of await catalogueFiles(
        sampleCatalogue({ providers: 2, versions: 1 }),
        'form/',
      )) {
        site.files.set(
          path,
          path.endsWith('catalogue.json') ? String(bytes).replace('"format":1', '"format":2') : bytes,
        );
      }
      await using watched = await watchedPage(browser);
      await watched.page.goto(`${site.url}/form/`);
      await expect
        .poll(() => watched.page.locator('main').innerText())
        .toContain('is of another form than this page reads');
    });
  });
});

async function versionsOf(page: Page): Promise<readonly string[]> {
  return await page.evaluate<string[]>(
    '[...document.querySelectorAll("#section-evidence option")].map((each) => each.value)',
  );
}

interface Violation {
  readonly id: string;
  readonly impact: string;
  readonly where: readonly string[];
}

/** What axe finds that keeps somebody out or makes it hard. */
async function violations(page: Page): Promise<readonly string[]> {
  const found = await page.evaluate<
    readonly Violation[]
  >(`axe.run(document, { resultTypes: ['violations'] }).then(
    ({ violations }) =>
      violations.map(({ id, impact, nodes }) => ({
        id,
        impact,
        where: nodes.map(({ html, failureSummary }) => html.slice(0, 160) + ' ' + failureSummary),
      })),
  )`);
  return found
    .filter(({ impact }) => ['serious', 'critical', 'moderate'].includes(impact))
    .map(({ id, impact, where }) => `${impact} ${id}: ${where.slice(0, 3).join(' | ')}`);
}
