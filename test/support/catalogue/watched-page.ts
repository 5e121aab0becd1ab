import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';

export interface WatchedPage extends AsyncDisposable {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Every address that was asked for, of all pages of the context. */
  readonly requested: readonly string[];
  /** What a browser complains of: errors of scripts, what the policy refused, what it could not load. */
  readonly complaints: readonly string[];
}

/** A page of its own, of which everything that it asks for and complains of is kept. */
export async function watchedPage(
  browser: Browser,
  options: BrowserContextOptions = {},
): Promise<WatchedPage> {
  const context = await browser.newContext(options);
  const requested: string[] = [];
  const complaints: string[] = [];
  context.on('request', (request) => void requested.push(request.url()));
  context.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  context.on('weberror', (error) => void complaints.push(error.error().message));
  const page = await context.newPage();
  return { page, context, requested, complaints, [Symbol.asyncDispose]: () => context.close() };
}
