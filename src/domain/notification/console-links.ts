/** Where an AWS account is looked at. */
export interface ConsolePlace {
  /** `aws`, `aws-cn` or `aws-us-gov`. */
  readonly partition: string;
  /** Such as `eu-central-1`. */
  readonly region: string;
}

const CONSOLE_DOMAINS: Readonly<Record<string, string>> = {
  aws: 'console.aws.amazon.com',
  'aws-cn': 'console.amazonaws.cn',
  'aws-us-gov': 'console.amazonaws-us-gov.com',
};

/** The place an ARN names: `arn:PARTITION:service:REGION:…`. Undefined when it is no ARN with a region. */
export function placeOfArn(arn: string): ConsolePlace | undefined {
  const [, partition, region] = /^arn:([a-z-]+):[a-z0-9-]+:([a-z0-9-]+):/.exec(arn) ?? [];
  return partition === undefined || region === undefined ? undefined : { partition, region };
}

/** The page of one execution of a state machine. */
export function executionLink(place: ConsolePlace, executionArn: string): string {
  return `${home(place, 'states')}#/v2/executions/details/${encodeURIComponent(executionArn)}`;
}

/** The log events of a group that contain `text`. */
export function logLink(place: ConsolePlace, logGroup: string, text: string): string {
  const group = fragmentEncoded(logGroup);
  const filter = fragmentEncoded(`"${text}"`);
  return `${home(place, 'cloudwatch')}#logsV2:log-groups/log-group/${group}/log-events$3FfilterPattern$3D${filter}`;
}

function home({ partition, region }: ConsolePlace, service: string): string {
  const domain = CONSOLE_DOMAINS[partition] ?? CONSOLE_DOMAINS['aws'];
  return `https://${region}.${domain}/${service}/home?region=${region}`;
}

/** The console of CloudWatch encodes twice and writes `$` for the outer `%`. */
function fragmentEncoded(text: string): string {
  return encodeURIComponent(encodeURIComponent(text)).replaceAll('%', '$');
}
