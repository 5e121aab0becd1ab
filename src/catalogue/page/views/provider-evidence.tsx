import type { ProviderRow } from '../../../domain/catalogue/form/overview.ts';
import type { Check, ProviderDetail, VersionDetail } from '../../../domain/catalogue/form/provider.ts';
import { count } from '../../model/format.ts';
import { visible } from '../../model/visible-text.ts';
import { admissionWords, checkWords, holdWords } from '../../model/words.ts';
import { Command, CopyButton } from '../parts/copy.tsx';
import { Icon } from '../parts/icons.tsx';
import { Section } from '../parts/section.tsx';
import { Outside, When } from '../parts/text.tsx';
import { VersionChoice } from '../parts/version-choice.tsx';
import { Digest } from './provider-platforms.tsx';

interface EvidenceProps {
  readonly row: ProviderRow;
  readonly detail: ProviderDetail;
  readonly version: VersionDetail;
}

/** Why a version may be trusted, or not: signed by whom, checked how, let in by whose word. */
export function EvidenceSection({ detail, version }: EvidenceProps) {
  return (
    <Section name="evidence" title="Evidence" aside={<VersionChoice detail={detail} version={version} />}>
      <dl class="evidence">
        <Letting version={version} />
        <Signature version={version} />
        <div>
          <dt>{version.releases.length > 1 ? 'Releases seen' : 'Release'}</dt>
          <dd>
            {version.releases.length > 1 && (
              <p class="note">
                Its publisher cut it again: {count(version.releases.length, 'release')} under one version.
                SHA-256 of SHA256SUMS:
              </p>
            )}
            {version.releases.map((digest) => (
              <Digest key={digest} value={digest} what="the SHA-256 of SHA256SUMS" />
            ))}
            {version.releases.length === 0 && <span class="faint">not known</span>}
            {version.releases.length === 1 && <span class="faint"> SHA-256 of SHA256SUMS</span>}
          </dd>
        </div>
        <div>
          <dt>Checks</dt>
          <dd>
            <Checks checks={version.checks} />
          </dd>
        </div>
        {version.remarks.length > 0 && (
          <div>
            <dt>Remarks</dt>
            <dd>
              <ul class="remarks">
                {version.remarks.map((remark) => (
                  <li key={remark}>
                    <Outside text={remark} />
                  </li>
                ))}
              </ul>
            </dd>
          </div>
        )}
      </dl>
    </Section>
  );
}

function Letting({ version }: { readonly version: VersionDetail }) {
  const { admission, approval, hold, recall, withdrawn } = version;
  return (
    <>
      {recall !== null && (
        <div>
          <dt>Recalled</dt>
          <dd>
            <Outside text={recall.reason} />
            <p class="faint">
              <By name={recall.by} config /> <When iso={recall.at} exact />
            </p>
          </dd>
        </div>
      )}
      {withdrawn !== null && (
        <div>
          <dt>Withdrawn upstream</dt>
          <dd>
            Found missing there on <When iso={withdrawn} exact />
          </dd>
        </div>
      )}
      {hold !== null && (
        <div>
          <dt>Held</dt>
          <dd>
            It {holdWords(hold.rules.map(visible))}.{' '}
            {hold.until !== null && (
              <>
                Time lets it in on <When iso={hold.until} exact />.
              </>
            )}
            {hold.command !== null && <Command text={hold.command} what="the command that approves it" />}
          </dd>
        </div>
      )}
      <div>
        <dt>Let in</dt>
        <dd>
          {admission === null ? (
            <span class="faint">{hold === null ? 'not known' : 'not yet'}</span>
          ) : (
            <>
              {visible(admissionWords(admission.rule))}: <When iso={admission.at} exact />
              {admission.by !== null && approval === null && (
                <>
                  , <By name={admission.by} />
                </>
              )}
            </>
          )}
          {approval !== null && (
            <blockquote>
              <Outside text={approval.reason} />
              <footer>
                <By name={approval.by} config /> <When iso={approval.at} exact />
              </footer>
            </blockquote>
          )}
        </dd>
      </div>
    </>
  );
}

function By({ name, config = false }: { readonly name: string | null; readonly config?: boolean }) {
  if (name === null) return config ? <>by the config</> : null;
  return (
    <>
      by <Outside text={name} limit={80} />
    </>
  );
}

function Signature({ version: { signer } }: { readonly version: VersionDetail }) {
  return (
    <div>
      <dt>Signed by</dt>
      <dd>
        {signer === null ? (
          <span class="faint">not known</span>
        ) : (
          <>
            <ul class="user-ids">
              {signer.userIds.map((userId) => (
                <li key={userId}>
                  <Outside text={userId} />
                </li>
              ))}
            </ul>
            <span class="digest">
              <span>Key</span> <code>{visible(signer.fingerprint ?? signer.keyId)}</code>
              <CopyButton
                text={signer.fingerprint ?? signer.keyId}
                what={signer.fingerprint === null ? 'the key’s id' : 'the key’s fingerprint'}
                small
              />
            </span>
          </>
        )}
      </dd>
    </div>
  );
}

function Checks({ checks }: { readonly checks: readonly Check[] }) {
  if (checks.length === 0) return <span class="faint">not known</span>;
  return (
    <ul class="checks">
      {checks.map((check, index) => (
        <li key={index} class={check.passed ? 'passed' : 'not-passed'}>
          <Icon name={check.passed ? 'check' : 'stop'} />
          <span>
            <strong>{visible(checkWords(check.check))}</strong>{' '}
            <span class="faint">{visible(check.subject)}</span>{' '}
            <span class={check.passed ? 'unseen' : undefined}>{check.passed ? 'passed' : 'not passed'}</span>
            <span class="check-detail">
              <Outside text={check.detail} limit={160} />
            </span>
          </span>
        </li>
      ))}
    </ul>
  );
}
