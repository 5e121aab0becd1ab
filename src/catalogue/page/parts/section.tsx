import type { ComponentChildren } from 'preact';

/** A part of a view that a link can name. */
export function Section({
  name,
  title,
  aside,
  children,
}: {
  readonly name: string;
  readonly title: ComponentChildren;
  /** What stands beside the heading: a choice, a figure. */
  readonly aside?: ComponentChildren;
  readonly children: ComponentChildren;
}) {
  return (
    <section id={`section-${name}`} class="section" aria-labelledby={`heading-${name}`}>
      <h2 id={`heading-${name}`} tabIndex={-1}>
        {title}
      </h2>
      {aside !== undefined && <div class="aside">{aside}</div>}
      {children}
    </section>
  );
}

interface SectionLink {
  readonly section: string;
  readonly words: string;
  readonly to: string;
}

export function SectionNav({ links }: { readonly links: readonly SectionLink[] }) {
  return (
    <nav class="sections" aria-label="Parts of this page">
      {links.map(({ section, words, to }) => (
        <a key={section} href={to} onClick={() => reveal(section)}>
          {words}
        </a>
      ))}
    </nav>
  );
}

/** A link that is followed twice leads there twice. */
function reveal(section: string): void {
  const heading = document.querySelector<HTMLElement>(`#section-${section} > h2`);
  heading?.scrollIntoView({ block: 'start' });
}
