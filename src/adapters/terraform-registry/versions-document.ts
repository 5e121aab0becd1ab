import type { Platform } from '../../domain/provider/platform.ts';
import { formatPlatform } from '../../domain/provider/platform.ts';
import type { AvailableVersion } from '../../domain/provider/release.ts';
import type { HttpDocument } from '../http/contract.ts';
import { responseInvalid } from '../http/failures.ts';
import { parseJson } from '../http/json.ts';
import { checkAs } from '../http/read-document.ts';
import { withoutMembers } from './json-members.ts';
import { listedVersion, versionsSchema } from './schema.ts';

/** hashicorp/aws has 500. Each costs memory for as long as the provider is worked on. */
const MOST_VERSIONS = 10_000;
/** Of one version, and of all that stands beside the list. */
const MAX_PART_BYTES = 1024 * 1024;

/**
 * The versions in a document of "List Available Versions", read one at a time: as one value, 16 MB of them would
 * take 360 MB, and a function has 256 MB. Versions that Terraform could not read are left out, as Terraform
 * does. Throws UpstreamResponseInvalid.
 */
export function readVersions(document: HttpDocument): readonly AvailableVersion[] {
  const versions: AvailableVersion[] = [];
  const share = sharing();
  let count = 0;
  const refuse = (why: string) => responseInvalid(document.side, document.target, why);
  const beside = withoutMembers(document.bytes, 'versions', (member) => {
    if (member.length > MAX_PART_BYTES)
      throw refuse(`one of its versions is longer than ${MAX_PART_BYTES} bytes`);
    count += 1;
    if (count > MOST_VERSIONS) throw refuse(`it lists more than ${MOST_VERSIONS} versions`);
    const parsed = listedVersion.safeParse(parseJson(member, document));
    if (!parsed.success || parsed.data === undefined) return;
    versions.push(share(parsed.data));
  });
  if (beside === undefined) throw refuse('it has "versions" twice');
  if (beside.length > MAX_PART_BYTES)
    throw refuse(`it holds more than ${MAX_PART_BYTES} bytes beside its versions`);
  checkAs(document, versionsSchema, parseJson(beside, document));
  return versions;
}

/** Most versions have the same platforms and protocols: one value stands for all that are equal. */
function sharing(): (version: AvailableVersion) => AvailableVersion {
  const platforms = new Map<string, Platform>();
  const lists = new Map<string, readonly Platform[]>();
  const protocols = new Map<string, readonly string[]>();
  return (version) => {
    const names = version.platforms.map(formatPlatform).join(' ');
    const list = version.platforms.map((platform) => shared(platforms, formatPlatform(platform), platform));
    return {
      version: version.version,
      platforms: shared(lists, names, list),
      protocols: shared(protocols, version.protocols.join(' '), version.protocols),
    };
  };
}

function shared<T>(known: Map<string, T>, key: string, value: T): T {
  const found = known.get(key);
  if (found !== undefined) return found;
  known.set(key, value);
  return value;
}
