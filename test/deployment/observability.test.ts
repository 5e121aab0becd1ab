import { describe, expect, it } from 'vitest';

import type { Json } from './support/cloudformation.ts';
import { deploymentTools } from './support/deployment-tools.ts';
import { ALL_OPTIONS, deploymentsOf, ofType, resource } from './support/transformed-template.ts';

const tools = await deploymentTools();
const deployments = tools ? await deploymentsOf(tools, [[], ALL_OPTIONS]) : [];
const cases = deployments.map((deployment) => ({
  name: deployment.options.size === 0 ? 'no options' : 'every option',
  deployment,
}));

/** The ledger's upkeep has an alarm of its own, because it is there only with a ledger. */
const ofASync = ([name]: readonly [string, unknown]) => name !== 'KeepLedgerFunction';

describe.skipIf(!tools)('alarms and dashboard (need Python and pip)', () => {
  describe.each(cases)('with $name', ({ deployment }) => {
    it('sends every alarm to the topic, which takes alarms of this stack only', () => {
      const alarms = ofType(deployment, 'AWS::CloudWatch::Alarm');
      expect(alarms.map(([name]) => name)).toEqual([
        'ExecutionsFailedAlarm',
        'FunctionErrorsAlarm',
        'FunctionThrottlesAlarm',
        'NearTimeLimitAlarm',
        ...(deployment.options.has('schedules') ? ['SyncOverdueAlarm'] : []),
        'DeadLetterAlarm',
        ...(deployment.options.has('ledger') ? ['LedgerKeepingAlarm'] : []),
      ]);
      for (const [, { Properties }] of alarms) {
        expect(Properties).toMatchObject({
          AlarmName: expect.stringMatching(/^STACK-/),
          AlarmActions: ['<NotificationTopic>'],
        });
      }
      // Only of the syncs that succeed is silence the trouble.
      const silence = alarms.filter(
        ([, { Properties }]) => Properties['TreatMissingData'] !== 'notBreaching',
      );
      expect(silence.map(([name]) => name)).toEqual(
        deployment.options.has('schedules') ? ['SyncOverdueAlarm'] : [],
      );
      const policy = resource(deployment, 'NotificationTopicPolicy').PolicyDocument.Statement;
      expect(policy[1]).toMatchObject({
        Principal: { Service: 'cloudwatch.amazonaws.com' },
        Condition: {
          StringEquals: { 'aws:SourceAccount': 'ACCOUNT' },
          ArnLike: { 'aws:SourceArn': 'arn:PARTITION:cloudwatch:REGION:ACCOUNT:alarm:STACK-*' },
        },
      });
    });

    it('tells that no whole sync has succeeded for as long as its parameter says', () => {
      const alarms = ofType(deployment, 'AWS::CloudWatch::Alarm').filter(
        ([name]) => name === 'SyncOverdueAlarm',
      );
      expect(alarms).toHaveLength(deployment.options.has('schedules') ? 1 : 0);
      for (const [, { Properties }] of alarms) {
        expect(Properties).toMatchObject({
          Namespace: 'ProviderSync',
          MetricName: 'SyncSucceeded',
          Dimensions: [{ Name: 'service', Value: 'STACK' }],
          Period: 3600,
          EvaluationPeriods: '48',
          DatapointsToAlarm: '48',
          ComparisonOperator: 'LessThanThreshold',
          Threshold: 1,
        });
      }
    });

    it('tells of every letter that comes, also while an earlier one lies there', () => {
      const alarm = resource(deployment, 'DeadLetterAlarm');
      expect(alarm).toMatchObject({ MetricName: 'NumberOfMessagesSent', Statistic: 'Sum', Period: 60 });
      expect(alarm).not.toHaveProperty('OKActions');
    });

    it('keeps every expression of an alarm to the metrics that the alarm reads', () => {
      for (const [, { Properties }] of ofType(deployment, 'AWS::CloudWatch::Alarm')) {
        const metrics: readonly Json[] = Properties['Metrics'] ?? [];
        const used = metrics.flatMap(({ Expression }) =>
          Array.from(String(Expression ?? '').matchAll(/FILL\((\w+),/g), ([, id]) => id),
        );
        const read = metrics.filter(({ MetricStat }) => MetricStat).map(({ Id }) => Id);
        expect(used).toEqual(read);
      }
    });

    it('tells of the errors of every function', () => {
      const [, ...errors] = resource(deployment, 'FunctionErrorsAlarm').Metrics;
      const watched = errors.map(({ MetricStat: { Metric } }: Json) => [
        Metric.Dimensions[0].Value,
        Metric.MetricName,
      ]);
      const functions = ofType(deployment, 'AWS::Lambda::Function').filter(ofASync);
      expect(Object.fromEntries(watched)).toEqual(
        Object.fromEntries(functions.map(([name]) => [`<${name}>`, 'Errors'])),
      );
    });

    it('tells of every function that nears its time limit, in percent of that limit', () => {
      const { Metrics } = resource(deployment, 'NearTimeLimitAlarm');
      const [{ Expression }, ...durations] = Metrics;
      const limits = Object.fromEntries(
        Array.from(String(Expression).matchAll(/FILL\((\w+), 0\) \/ (\d+)/g), ([, id, ms]) => [
          id,
          Number(ms),
        ]),
      );
      const watched = durations.map(({ Id, MetricStat }: Json) => [
        MetricStat.Metric.Dimensions[0].Value,
        limits[Id],
      ]);
      const functions = ofType(deployment, 'AWS::Lambda::Function').filter(ofASync);
      expect(Object.fromEntries(watched)).toEqual(
        Object.fromEntries(
          functions.map(([name, { Properties }]) => [`<${name}>`, Properties['Timeout'] * 10]),
        ),
      );
    });

    it('has a dashboard of valid JSON', () => {
      const { widgets } = JSON.parse(resource(deployment, 'Dashboard').DashboardBody);
      expect(widgets.length).toBeGreaterThan(5);
    });
  });
});
