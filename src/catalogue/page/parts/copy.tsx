import { useEffect, useRef, useState } from 'preact/hooks';
import { useShown } from '../state.ts';
import { Icon } from './icons.tsx';

/** Copies `text` as it is. `what` says for the ear what is copied: `the SHA-256 of linux_amd64`. */
export function CopyButton({
  text,
  what,
  small = false,
}: {
  readonly text: string;
  readonly what: string;
  readonly small?: boolean;
}) {
  const { say } = useShown();
  const [result, setResult] = useState<'copied' | 'failed'>();
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const copy = async () => {
    const copied = await copyText(text);
    setResult(copied ? 'copied' : 'failed');
    say(copied ? `Copied ${what}` : `Could not copy ${what}: select it and copy it by hand`);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => setResult(undefined), 2500);
  };
  const words = result === 'copied' ? 'Copied' : result === 'failed' ? 'Copy by hand' : 'Copy';
  return (
    <button
      type="button"
      class={small ? 'copy small' : 'copy'}
      aria-label={result === 'failed' ? `Copy by hand: ${what}` : `${words} ${what}`}
      title={`Copy ${what}`}
      data-result={result}
      onClick={() => void copy()}
    >
      <Icon name={result === 'copied' ? 'check' : 'copy'} />
      <span class={small && result === undefined ? 'unseen' : undefined}>{words}</span>
    </button>
  );
}

async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelection(text);
  }
}

/** Browsers have no clipboard for pages over plain http from another machine; a selection can be copied all the same. */
function copyBySelection(text: string): boolean {
  const focused = document.activeElement;
  const area = document.createElement('textarea');
  area.value = text;
  area.className = 'unseen';
  document.body.append(area);
  area.select();
  try {
    return document.execCommand('copy');
  } catch {
    return false;
  } finally {
    area.remove();
    if (focused instanceof HTMLElement) focused.focus({ preventScroll: true });
  }
}

/** A block of text to paste, with its copy button. */
export function CodeBlock({ text, what }: { readonly text: string; readonly what: string }) {
  return (
    <div class="code">
      <CopyButton text={text} what={what} />
      {/* It can be scrolled, so it can be reached by keyboard. */}
      <pre tabIndex={0} role="region" aria-label={what}>
        <code>{text}</code>
      </pre>
    </div>
  );
}

/** A command on one line, with its copy button. */
export function Command({ text, what }: { readonly text: string; readonly what: string }) {
  return (
    <div class="command">
      <code>{text}</code>
      <CopyButton text={text} what={what} small />
    </div>
  );
}
