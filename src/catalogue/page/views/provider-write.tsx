import { useState } from 'preact/hooks';
import type { ProviderRow } from '../../../domain/catalogue/form/overview.ts';
import type { ProviderDetail, VersionDetail } from '../../../domain/catalogue/form/provider.ts';
import { type Tool, whatToWrite } from '../../../domain/catalogue/what-to-write.ts';
import { kindWords } from '../../model/words.ts';
import { CodeBlock } from '../parts/copy.tsx';
import { Section } from '../parts/section.tsx';
import { Segments } from '../parts/segments.tsx';
import { Outside } from '../parts/text.tsx';
import { VersionChoice } from '../parts/version-choice.tsx';
import { useShown } from '../state.ts';

const TOOLS: readonly { readonly value: Tool; readonly words: string }[] = [
  { value: 'terraform', words: 'Terraform' },
  { value: 'tofu', words: 'OpenTofu' },
];

/** What a developer puts into his files to use a version. */
export function WriteSection({
  row,
  detail,
  version,
}: {
  readonly row: ProviderRow;
  readonly detail: ProviderDetail;
  readonly version: VersionDetail;
}) {
  const { destinations } = useShown();
  const [tool, setTool] = useState<Tool>(
    row.address.startsWith('registry.opentofu.org/') ? 'tofu' : 'terraform',
  );
  const [chosen, setChosen] = useState<number>();
  const places = version.at.filter(({ complete }) => complete).map(({ destination }) => destination);
  const place = chosen !== undefined && places.includes(chosen) ? chosen : places[0];
  const destination = place === undefined ? undefined : destinations[place];
  const usable = version.states.every((state) => state === 'available');
  return (
    <Section name="write" title="What to write" aside={<VersionChoice detail={detail} version={version} />}>
      {!usable && <Unusable version={version} />}
      {destination === undefined || place === undefined ? (
        <p class="nothing">No destination has this version whole, so there is nothing to install it from.</p>
      ) : (
        <>
          <div class="choices">
            <Segments label="Tool" name="tool" options={TOOLS} value={tool} onChoose={setTool} />
            <Segments
              label="Installed from"
              name="destination"
              value={String(place)}
              options={places.map((each) => ({
                value: String(each),
                words: destinations[each]?.name ?? '?',
                title: kindWords(destinations[each]?.kind ?? ''),
              }))}
              onChoose={(value) => setChosen(Number(value))}
            />
          </div>
          <Snippets tool={tool} row={row} version={version} place={place} />
        </>
      )}
    </Section>
  );
}

function Snippets({
  tool,
  row,
  version,
  place,
}: {
  readonly tool: Tool;
  readonly row: ProviderRow;
  readonly version: VersionDetail;
  readonly place: number;
}) {
  const { destinations } = useShown();
  const destination = destinations[place];
  if (destination === undefined) return null;
  const { snippets, notes } = whatToWrite({
    tool,
    address: row.address,
    version: version.version,
    packages: version.packages.filter((each) => each.destinations.includes(place)),
    destination,
    base: new URL('.', document.baseURI).href,
  });
  return (
    <div class="snippets">
      {notes.map((note) => (
        <p class="note" key={note}>
          <Outside text={note} />
        </p>
      ))}
      {snippets.map(({ id, file, title, text }) => (
        <article key={id} class={`snippet snippet-${id}`} data-snippet={id}>
          <h3>
            {title} <code>{file}</code>
          </h3>
          <CodeBlock text={text} what={`the text for ${file}`} />
        </article>
      ))}
    </div>
  );
}

function Unusable({ version }: { readonly version: VersionDetail }) {
  const { states, recall } = version;
  if (recall !== null) {
    return (
      <div class="failed" role="note">
        <p>
          <strong>This version was recalled. Do not use it.</strong>
        </p>
        <p>
          <Outside text={recall.reason} />
        </p>
      </div>
    );
  }
  const sentence = states.includes('withdrawn')
    ? 'Its registry lists this version no more. What is here stays as it was verified; plan to move on.'
    : states.includes('admitted')
      ? 'This version is let in, and a coming run delivers it.'
      : states.includes('incomplete')
        ? 'This version is not whole at every destination.'
        : 'This version is not let in yet.';
  return (
    <p class="note" role="note">
      {sentence}
    </p>
  );
}
