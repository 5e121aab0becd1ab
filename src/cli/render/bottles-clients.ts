import type { MirrorLocation } from '../../domain/config/destinations.ts';
import { shellWord } from './shell-word.ts';

/**
 * The lines that a client of the mirror needs, ready for a shell's profile, and what they cannot do. `url` is where
 * clients reach the mirror; without it, a bucket's own address or a place to fill in.
 */
export function clientLines(location: MirrorLocation, url: string | undefined): readonly string[] {
  const base = (url ?? addressOf(location)).replace(/\/+$/, '');
  return [
    'On every laptop and builder that is to install from this mirror:',
    '',
    ...homebrewVariables(base).map(([name, value]) => `  export ${name}=${shellWord(value)}`),
    '',
    'brew looks for the API at formulae.brew.sh whenever the mirror does not answer, and that cannot be switched off:',
    'where clients must stay inside, block that host. To install what a snapshot had, let HOMEBREW_API_DOMAIN be',
    `${base}/snapshots/DATE/api.`,
  ];
}

/** As brew reads them; the API's without a slash at its end, which would ask for another key. */
function homebrewVariables(base: string): readonly (readonly [string, string])[] {
  return [
    ['HOMEBREW_API_DOMAIN', `${base}/api`],
    ['HOMEBREW_ARTIFACT_DOMAIN', base],
    // Otherwise what the mirror lacks is asked of ghcr.io, with the mirror's token if there is one.
    ['HOMEBREW_ARTIFACT_DOMAIN_NO_FALLBACK', '1'],
    // A bucket answers any Authorization that is not AWS's own with an error.
    ['HOMEBREW_DOCKER_REGISTRY_BASIC_AUTH_TOKEN', 'none'],
    ['HOMEBREW_NO_ANALYTICS', '1'],
  ];
}

function addressOf(location: MirrorLocation): string {
  if (location.scheme === 'folder') return 'https://MIRROR';
  const { bucket, prefix } = location;
  return `https://${bucket}.s3.amazonaws.com${prefix === '' ? '' : `/${prefix}`}`;
}
