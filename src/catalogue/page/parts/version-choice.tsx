import type { ProviderDetail, VersionDetail } from '../../../domain/catalogue/form/provider.ts';
import { providerLink } from '../../model/route.ts';
import { STATE_NAMES } from '../../model/states.ts';
import { cut, visible } from '../../model/visible-text.ts';
import { Choice } from '../views/filters.tsx';

/** The version that the page is about: in the address, so that it can be linked to. */
export function VersionChoice({
  detail,
  version,
}: {
  readonly detail: ProviderDetail;
  readonly version: VersionDetail;
}) {
  const names = Object.fromEntries(
    detail.versions.map(({ version, states: [state] }) => {
      const shown = visible(cut(version, 60).text);
      return [version, state === 'available' ? shown : `${shown} (${STATE_NAMES[state]})`];
    }),
  );
  return (
    <Choice
      label="Version"
      value={version.version}
      values={detail.versions.map((each) => each.version)}
      names={names}
      any={null}
      onChoose={(chosen) => {
        history.replaceState(history.state, '', providerLink(detail.address, chosen));
        dispatchEvent(new HashChangeEvent('hashchange'));
      }}
    />
  );
}
