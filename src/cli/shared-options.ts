import type { ArgumentSpec, OptionSpec, VariableSpec } from './command-spec.ts';

export const CONFIG_ARGUMENT: ArgumentSpec = {
  term: '[CONFIG]',
  description: 'the providers to keep (default: ./config.json; -: standard input)',
};

export const CONFIG_OPTION: OptionSpec = {
  flags: '--config <path>',
  description: 'the same as the argument CONFIG',
};

export const OUTPUT_OPTIONS: readonly OptionSpec[] = [
  { flags: '--json', description: 'one JSON document on stdout, everything else on stderr' },
  { flags: '--quiet', description: 'say nothing but errors' },
];

/** For commands that take a while: what happens, as it happens. */
export const RUN_OUTPUT_OPTIONS: readonly OptionSpec[] = [
  ...OUTPUT_OPTIONS,
  {
    flags: '--json-lines',
    description: 'a JSON document on every line of stdout: each event, then the result',
  },
];

export const CONCURRENCY_OPTION: OptionSpec = {
  flags: '--concurrency <n>',
  description: 'packages at once, over all providers: 1 to 100 (default: 16)',
};

export const UPSTREAM_OPTIONS: readonly OptionSpec[] = [
  {
    flags: '--registry <url>',
    description: 'the address that stands for registry.terraform.io; plain http only on loopback',
  },
];

export const NETWORK_OPTIONS: readonly OptionSpec[] = [
  { flags: '--ca-bundle <path>', description: 'PEM file of further certificate authorities to trust' },
  {
    flags: '--allow-host <host>',
    description: 'a host that may have a private address; may be given several times',
    repeatable: true,
  },
];

export const DESTINATION_OPTIONS: readonly OptionSpec[] = [
  { flags: '--address <url>', description: 'the private registry (default: https://app.terraform.io)' },
  { flags: '--organization <name>', description: 'the organization of the private registry' },
  { flags: '--token-file <path>', description: 'file that holds the API token, and nothing else' },
];

export const NETWORK_VARIABLES: readonly VariableSpec[] = [
  { name: 'PROVIDER_SYNC_CA_BUNDLE', description: 'as --ca-bundle' },
  { name: 'PROVIDER_SYNC_HOSTS', description: 'as --allow-host; several with commas between them' },
  {
    name: 'HTTPS_PROXY, NO_PROXY',
    description: 'the proxy, and hosts reached without it; lower case works too',
  },
];

export const DESTINATION_VARIABLES: readonly VariableSpec[] = [
  { name: 'TFC_ADDRESS', description: 'as --address' },
  { name: 'TFC_ORGANIZATION', description: 'as --organization' },
  { name: 'TFC_TOKEN', description: 'the API token; it is no option, because process lists show options' },
  { name: 'TFC_TOKEN_FILE', description: 'as --token-file; TFC_TOKEN goes before it' },
];

export const PROGRAM_VARIABLES: readonly VariableSpec[] = [
  { name: 'NO_COLOR', description: 'no colours, whatever its value' },
  { name: 'PROVIDER_SYNC_DEBUG', description: '1: errors also say what caused them' },
];
