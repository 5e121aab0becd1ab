// npm run screenshots: the pictures of the documents, of made-up data, in docs/images. Needs Chromium.
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Browser } from 'playwright-core';
import { launchChromium } from '../test/support/catalogue/chromium.ts';
import { sampleCatalogue } from '../test/support/catalogue/sample.ts';
import { catalogueFiles, startSite } from '../test/support/catalogue/site.ts';

interface Shot {
  readonly name: string;
  readonly hash: string;
  readonly width: number;
  readonly height: number;
  readonly scheme: 'light' | 'dark';
}

const AZURERM = '#/provider/registry.terraform.io/hashicorp/azurerm';

const SHOTS: readonly Shot[] = [
  { name: 'catalogue-overview', hash: '#/', width: 1280, height: 760, scheme: 'light' },
  { name: 'catalogue-provider', hash: AZURERM, width: 1024, height: 1130, scheme: 'dark' },
  { name: 'catalogue-phone', hash: '#/', width: 390, height: 760, scheme: 'light' },
  { name: 'catalogue-plots', hash: '#/plots', width: 1280, height: 800, scheme: 'light' },
];

/** All of them together; a picture is looked at, not studied. */
const MOST_BYTES = 300_000;

const folder = path.join(import.meta.dirname, '../docs/images');
await mkdir(folder, { recursive: true });
const site = await startSite(new Map(await catalogueFiles(sampleCatalogue({ providers: 36, versions: 14 }))));
const browser = await launchChromium();
let bytes = 0;
for (const shot of SHOTS) {
  const picture = await take(browser, shot);
  bytes += picture.length;
  await writeFile(path.join(folder, `${shot.name}.webp`), picture);
  console.log(`${shot.name}.webp  ${Math.ceil(picture.length / 1000)} kB`);
}
await browser.close();
await site.close();
if (bytes > MOST_BYTES) {
  console.error(`They are ${bytes} bytes together, more than ${MOST_BYTES}: take fewer, or smaller ones.`);
  process.exitCode = 1;
}

async function take(browser: Browser, { hash, width, height, scheme }: Shot): Promise<Buffer> {
  const context = await browser.newContext({ viewport: { width, height }, colorScheme: scheme });
  const page = await context.newPage();
  // Two hours after the data was made, on every day that this runs.
  await page.clock.setFixedTime('2026-11-20T08:00:00Z');
  await page.goto(`${site.url}/${hash}`, { waitUntil: 'networkidle' });
  await page.locator('main h1').waitFor({ state: 'attached' });
  if (hash.startsWith('#/plots')) await page.locator('#section-holds canvas').waitFor();
  // WebP is a third of a PNG; the driver itself knows only PNG and JPEG.
  const session = await context.newCDPSession(page);
  const { data } = await session.send('Page.captureScreenshot', { format: 'webp', quality: 82 });
  await context.close();
  return Buffer.from(data, 'base64');
}
