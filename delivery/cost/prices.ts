/** A published price with where and when it was read. US dollars, us-east-1, without free tiers and discounts. */
export interface Price {
  readonly what: string;
  readonly dollars: number;
  readonly unit: string;
  readonly source: string;
  readonly date: string;
}

const price = (what: string, dollars: number, unit: string, source: string, date: string): Price => ({
  what,
  dollars,
  unit,
  source,
  date,
});

export const PRICES = {
  lambda: price('Lambda, arm64', 0.0000133334, 'GB-second', 'wring.co', '2026-03-08'),
  lambdaRequests: price('Lambda requests', 0.2, 'million', 'wring.co', '2026-03-08'),
  lambdaDisk: price('Lambda disk above 512 MB', 0.0000000309, 'GB-second', 'wring.co', '2026-03-08'),
  transitions: price('Step Functions, standard', 0.025, '1,000 transitions', 'wring.co', '2026-03-14'),
  alarmMetric: price('CloudWatch alarm', 0.1, 'metric in it and month', 'signoz.io', '2026-02-15'),
  customMetric: price('CloudWatch custom metric', 0.3, 'month', 'signoz.io', '2026-02-15'),
  dashboard: price('CloudWatch dashboard', 3, 'month', 'factualminds.com', '2026-06-13'),
  logs: price('CloudWatch logs, taken in', 0.5, 'GB', 'factualminds.com', '2026-06-13'),
  logStorage: price('CloudWatch logs, kept', 0.03, 'GB-month', 'factualminds.com', '2026-06-13'),
  natHour: price('NAT gateway with its IPv4 address', 0.05, 'hour', 'cloudburn.io', '2026-02-24'),
  natGigabyte: price('NAT gateway, either way', 0.045, 'GB', 'cloudburn.io', '2026-02-24'),
  egress: price('Out to the internet', 0.09, 'GB', 'cloudburn.io', '2026-02-24'),
  storage: price('S3 standard', 0.023, 'GB-month', 'an undated table of S3 prices', 'undated'),
  secret: price('Secrets Manager', 0.4, 'secret and month', 'an undated table of its prices', 'undated'),
  key: price('KMS key', 1, 'month', 'cloudburn.io', '2026-03-14'),
  writes: price('DynamoDB, on demand', 0.625, 'million write units', 'airbyte.com', '2025-07-21'),
  express: price(
    'Step Functions, express',
    1,
    'million workflows',
    'an undated table of its prices',
    'undated',
  ),
} as const satisfies Record<string, Price>;
