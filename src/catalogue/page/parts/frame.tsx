import { useState } from 'preact/hooks';
import { moment, relative } from '../../model/format.ts';
import { EVERYTHING } from '../../model/query.ts';
import { formatRoute, type Route } from '../../model/route.ts';
import { visible } from '../../model/visible-text.ts';
import type { Catalogue } from '../data.ts';
import { chosenTheme, keepTheme, type Theme } from '../theme-choice.ts';
import { Icon } from './icons.tsx';

export function Header({
  route,
  catalogue,
  now,
}: {
  readonly route: Route;
  readonly catalogue: Catalogue | undefined;
  readonly now: Date;
}) {
  const bottles = (catalogue?.overview.bottles.length ?? 0) > 0;
  const home = formatRoute({ view: 'providers', query: EVERYTHING });
  const links = [
    { to: home, words: 'Providers', views: ['providers', 'provider'] },
    ...(bottles
      ? [{ to: formatRoute({ view: 'bottles', query: EVERYTHING }), words: 'Bottles', views: ['bottles'] }]
      : []),
    {
      to: formatRoute({ view: 'happened', section: undefined }),
      words: 'What happened',
      views: ['happened'],
    },
    { to: formatRoute({ view: 'plots', section: undefined }), words: 'Plots', views: ['plots'] },
  ];
  return (
    <header class="top">
      <button
        type="button"
        class="skip"
        onClick={() => document.querySelector<HTMLElement>('#main')?.focus()}
      >
        Skip to the contents
      </button>
      <div class="bar">
        <a class="brand" href={home}>
          <svg viewBox="0 0 32 32" width="26" height="26" aria-hidden="true" focusable="false">
            <rect width="32" height="32" rx="8" />
            <path d="M9 10.5h14M9 16h14M9 21.5h8" />
            <circle cx="22" cy="21.5" r="2.4" />
          </svg>
          Provider catalogue
        </a>
        <nav aria-label="Views">
          {links.map(({ to, words, views }) => (
            <a key={to} href={to} aria-current={views.includes(route.view) ? 'page' : undefined}>
              {words}
            </a>
          ))}
        </nav>
        <ThemeButton />
      </div>
      {catalogue && <Stamp catalogue={catalogue} now={now} />}
    </header>
  );
}

/** From when and which run everything on the page is. */
function Stamp({ catalogue, now }: { readonly catalogue: Catalogue; readonly now: Date }) {
  const { at, run, by } = catalogue.pointer.made;
  return (
    <p class="stamp">
      <span>
        As of <time dateTime={visible(at)}>{moment(at)}</time> ({relative(at, now)})
      </span>
      <span>
        {run === null ? 'written by hand' : 'run '}
        {run !== null && <bdi class="mono">{visible(run)}</bdi>}
      </span>
      <span>provider-sync {visible(by)}</span>
    </p>
  );
}

const NEXT: Readonly<Record<Theme, Theme>> = { auto: 'light', light: 'dark', dark: 'auto' };
const NAMES: Readonly<Record<Theme, string>> = {
  auto: 'as the system has them',
  light: 'light',
  dark: 'dark',
};
const ICONS = { auto: 'auto', light: 'sun', dark: 'moon' } as const;

function ThemeButton() {
  const [theme, setTheme] = useState<Theme>(chosenTheme);
  const choose = () => {
    keepTheme(NEXT[theme]);
    setTheme(NEXT[theme]);
    // Plots are drawn in the page's colours.
    dispatchEvent(new Event('themechange'));
  };
  const shown = theme === 'auto' ? 'Auto' : theme === 'light' ? 'Light' : 'Dark';
  const label = `${shown}: colours ${NAMES[theme]}. Change to ${NAMES[NEXT[theme]]}`;
  return (
    <button type="button" class="theme" title={label} aria-label={label} onClick={choose}>
      <Icon name={ICONS[theme]} />
      <span>{shown}</span>
    </button>
  );
}

export function NewerNote({ onShow }: { readonly onShow: () => void }) {
  return (
    <div class="newer" role="status">
      <span>A newer catalogue has been written.</span>
      <button type="button" onClick={onShow}>
        Show it
      </button>
    </div>
  );
}

export function Footer({ catalogue }: { readonly catalogue: Catalogue | undefined }) {
  return (
    <footer class="foot">
      <p>
        Written by the provider synchronizer. All times are UTC.{' '}
        {catalogue && (
          <>
            The data behind this page: <a href="catalogue.json">catalogue.json</a>
          </>
        )}
      </p>
    </footer>
  );
}
