import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** The browser that is installed on this machine, if one is. */
const program = (process.env['PATH'] ?? '')
  .split(delimiter)
  .flatMap((folder) => NAMES.map((name) => join(folder, name)))
  .find((file) => existsSync(file));

/** Suites in a browser are skipped by name where there is none, but never where a suite that cannot run is a failure. */
export const withoutBrowser = program === undefined && process.env['CI'] === undefined;

/** A browser that asks nobody but those it is told to. Throws where none is installed. */
export async function launchChromium(): Promise<Browser> {
  if (program === undefined) throw new Error(`There is no browser: install one of ${NAMES.join(', ')}.`);
  return await chromium.launch({
    executablePath: program,
    timeout: 90_000,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}
