// What the catalogue weighs, and how long a browser takes to open it and to search in it.
import type { Browser, CDPSession } from 'playwright-core';
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
  /** The same in the time that the page itself was at work. */
  readonly work: number;
}

/**
 * For 10, 100 and 1,000 providers of 30 versions: sizes, and times in Chromium without a cache, medians of five. The
 * search is the slowest of a dozen strokes; "at work" is the page's own time, whatever else the machine does.
 */
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
      figure(median(measured.map(({ work }) => work)), 1),
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
      'of it at work ms',
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
  const session = await context.newCDPSession(page);
  // In the thread's own time: what others do on the machine is not counted.
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  const strokes: { readonly search: number; readonly work: number }[] = [];
  for (let letters = 1; letters <= TYPED.length; letters += 1) {
    const before = await workOf(session);
    const search = await page.evaluate<number>(strokeOf(TYPED.slice(0, letters)));
    strokes.push({ search, work: (await workOf(session)) - before });
  }
  if ((await page.locator('tbody tr').count()) === 0) throw new Error('Nothing is found');
  const detail = await page.evaluate<number>(`(async () => {
    const from = performance.now();
    document.querySelector('tbody a.provider').click();
    return (await shown('#section-versions tbody tr')) - from;
  })()`);
  await context.close();
  return {
    open,
    detail,
    search: Math.max(...strokes.map((stroke) => stroke.search)),
    work: Math.max(...strokes.map((stroke) => stroke.work)),
  };
}

/** One stroke of a key, by what it leaves in the field; gives the milliseconds until its result is laid out. */
function strokeOf(text: string): string {
  return `(async () => {
    const field = document.querySelector('input[type=search]');
    const write = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set;
    const from = performance.now();
    write.call(field, ${JSON.stringify(text)});
    field.dispatchEvent(new InputEvent('input', { bubbles: true }));
    // The page draws after its handlers, before anything else is done.
    await new Promise((resolve) => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = resolve;
      port2.postMessage(0);
    });
    document.body.offsetHeight;
    return performance.now() - from;
  })()`;
}

const WORK = ['ScriptDuration', 'LayoutDuration', 'RecalcStyleDuration'];

/** The milliseconds that the page has spent on scripts, styles and layout so far. */
async function workOf(session: CDPSession): Promise<number> {
  const { metrics } = await session.send('Performance.getMetrics');
  const seconds = metrics.flatMap(({ name, value }) => (WORK.includes(name) ? [value] : []));
  return seconds.reduce((sum, each) => sum + each, 0) * 1000;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
