import packageJson from '../../package.json' with { type: 'json' };

export const VERSION = packageJson.version;

/** How this program names itself to servers. */
export const USER_AGENT = `${packageJson.name}/${packageJson.version}`;
