import type { ComponentChildren } from 'preact';
import type { LoadError } from '../data.ts';
import type { Loading } from '../state.ts';
import { Outside } from './text.tsx';

export function Waiting() {
  return (
    <p class="waiting" role="status">
      Loading…
    </p>
  );
}

export function Failed({ error, onAgain }: { readonly error: LoadError; readonly onAgain?: () => void }) {
  return (
    <div class="failed" role="alert">
      <p>
        <strong>{error.message}</strong>
      </p>
      <p>{error.advice}</p>
      {onAgain && (
        <button type="button" onClick={onAgain}>
          Try again
        </button>
      )}
    </div>
  );
}

/** Draws a part when it is there, and says what is amiss when it is not. */
export function Loaded<T>({
  loading,
  children,
}: {
  readonly loading: Loading<T>;
  readonly children: (value: T) => ComponentChildren;
}) {
  if (loading.state === 'loading') return <Waiting />;
  if (loading.state === 'failed') return <Failed error={loading.error} />;
  return <>{children(loading.value)}</>;
}

/** What the catalogue does not know here, and why. */
export function Missing({ sentences }: { readonly sentences: readonly string[] }) {
  if (sentences.length === 0) return null;
  return (
    <aside class="missing" aria-label="What is not known here">
      <h2>Not known here</h2>
      <ul>
        {sentences.map((sentence) => (
          <li key={sentence}>
            <Outside text={sentence} />
          </li>
        ))}
      </ul>
    </aside>
  );
}
