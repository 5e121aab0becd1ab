// What the catalogue weighs, and how long a browser takes to open it and to search in it.
import type { Browser } from 'playwright-core';
import { buildCatalogue } from '../scripts/build-catalogue.ts';
import { launchChromium } from '../test/support/catalogue/chromium.ts';
import { sampleCatalogue, sampleFiles } from '../test/support/catalogue/sample.ts';
import { catalogueFiles, startSite } from '../test/support/catalogue/site.ts';
import { figure, printTable } from './table.ts';

const VERSIONS = 30;
const TIMES = 5;
/** What somebody types, letter by letter, with words that leave many and few. */
const TYPED = 'hashicorp aws';

interface InBrowser {
  /** From the navigation to the first rows, laid out, in milliseconds. */
  readonly open: number;
  /** From the link's being followed to the provider's versions, laid out. */
  readonly detail: number;
  /** The longest of a key's strokes to its result, laid out. */
  readonly search: number;
}

/** For 10, 100 and 1,000 providers of 30 versions: sizes, and times in Chromium without a cache; medians of five. */
export async function benchCatalogue(): Promise<void> {
  const page = (await buildCatalogue()).reduce((sum, { bytes }) => sum + bytes.length, 0);
  const browser = await launchChromium();
  const rows: string[][] = [];
  for (const providers of [10, 100, 1000]) {
    const sample = sampleCatalogue({ providers, versions: VERSIONS });
    const files = sampleFiles(sample);
    const bytes = [...files.values()].reduce((sum, text) => sum + Buffer.byteLength(text), 0);
    const overview = Buffer.byteLength(files.get(sample.pointer.overview) ?? '');
    const site = await startSite(new Map(await catalogueFiles(sample)));
    const measured: InBrowser[] = [];
    for (let time = 0; time < TIMES; time += 1) measured.push(await inBrowser(browser, site.url));
    await site.close();
    rows.push([
      `${providers} × ${VERSIONS}`,
      figure(page / 1000, 0),
      figure(overview / 1000, 0),
      figure(bytes / 1000, 0),
      figure(median(measured.map(({ open }) => open)), 0),
      figure(median(measured.map(({ detail }) => detail)), 0),
      figure(median(measured.map(({ search }) => search)), 1),
    ]);
  }
  await browser.close();
  printTable(
    'The catalogue’s page in Chromium',
    [
      'providers × versions',
      'page kB',
      'overview kB',
      'all data kB',
      'open ms',
      'a provider ms',
      'search ms',
    ],
    rows,
  );
}

async function inBrowser(browser: Browser, url: string): Promise<InBrowser> {
  const context = await browser.newContext();
  const page = await context.newPage();
  // Noted by the page itself: no message to and fro is measured.
  await page.addInitScript(`
    globalThis.shown = (selector) => new Promise((resolve) => {
      const look = () => {
        if (!document.querySelector(selector)) return false;
        seen.disconnect();
        document.body.offsetHeight;
        resolve(performance.now());
        return true;
      };
      const seen = new MutationObserver(look);
      seen.observe(document, { childList: true, subtree: true });
      look();
    });
    globalThis.opened = shown('tbody tr');
  `);
  await page.goto(url);
  const open = await page.evaluate<number>('opened');
  const search = await page.evaluate<number>(`(async () => {
    const field = document.querySelector('input[type=search]');
    const write = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set;
    const times = [];
    for (let letters = 1; letters <= ${TYPED.length}; letters += 1) {
      const from = performance.now();
      write.call(field, ${JSON.stringify(TYPED)}.slice(0, letters));
      field.dispatchEvent(new InputEvent('input', { bubbles: true }));
      // The page draws after its handlers, before anything else is done.
      await new Promise((resolve) => { const { port1, port2 } = new MessageChannel(); port1.onmessage = resolve; port2.postMessage(0); });
      document.body.offsetHeight;
      times.push(performance.now() - from);
    }
    const found = document.querySelectorAll('tbody tr').length;
    if (found === 0) throw new Error('Nothing is found');
    return Math.max(...times);
  })()`);
  const detail = await page.evaluate<number>(`(async () => {
    const from = performance.now();
    document.querySelector('tbody a.provider').click();
    return (await shown('#section-versions tbody tr')) - from;
  })()`);
  await context.close();
  return { open, detail, search };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
