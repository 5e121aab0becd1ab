export type Theme = 'auto' | 'light' | 'dark';

const KEY = 'provider-catalogue-theme';

/** What this reader chose on an earlier visit; `auto`, the system's own scheme, otherwise. */
export function chosenTheme(): Theme {
  try {
    const stored = localStorage.getItem(KEY);
    return stored === 'light' || stored === 'dark' ? stored : 'auto';
  } catch {
    // Storage can be forbidden; then a choice holds until the page is left.
    return 'auto';
  }
}

export function showTheme(theme: Theme): void {
  document.documentElement.dataset['theme'] = theme;
}

export function keepTheme(theme: Theme): void {
  showTheme(theme);
  try {
    if (theme === 'auto') localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, theme);
  } catch {
    // See above.
  }
}
