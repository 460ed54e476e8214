import { AwsSolutionsChecks } from 'cdk-nag';
import { expect, test } from 'vitest';
import { makeStack } from './template.ts';

/** The findings of cdk-nag's AwsSolutions that are accepted: which, where, and why. */
const accepted: readonly { rule: string; where: RegExp; reason: string }[] = [
  {
    rule: 'AwsSolutions-APIG4',
    where: /\/Api\/Rest\//,
    reason: 'Tokens are checked in each function, in the dialect of its API: see ADR 0001',
  },
  {
    rule: 'AwsSolutions-COG4',
    where: /\/Api\/Rest\//,
    reason: 'OpenStack clients bring Keystone tokens, which Cognito does not know',
  },
  {
    rule: 'AwsSolutions-APIG2',
    where: /\/Api\/Rest\//,
    reason: 'Every request is parsed by a schema in its function, and answered in its dialect',
  },
  {
    rule: 'AwsSolutions-APIG3',
    where: /\/Api\/Rest\//,
    reason: 'A web ACL costs more than the service; operators add theirs to the stage',
  },
  {
    rule: 'AwsSolutions-APIG1',
    where: /\/Api\/Rest\//,
    reason: 'Needs a role for the whole account; every request is a line in its function’s log',
  },
  {
    rule: 'AwsSolutions-APIG6',
    where: /\/Api\/Rest\//,
    reason: 'Needs a role for the whole account; every request is a line in its function’s log',
  },
  {
    rule: 'AwsSolutions-SMG4',
    where: /\/Secrets\//,
    reason: 'The operator rotates both by hand: a rotated key ends all tokens',
  },
  {
    rule: 'AwsSolutions-IAM5[Resource::*]',
    where: /^Doctor\/Reconciler\//,
    reason: 'dynamodb:ListStreams knows no resource; a test holds that it is the only such action',
  },
  {
    rule: 'AwsSolutions-SQS3',
    where: /^Doctor\/Messaging\/StreamDeadLetters\//,
    reason: 'It holds the dead letters of streams, which cdk-nag looks for on queues only',
  },
];

const stack = makeStack();
const findings = new AwsSolutionsChecks(stack)
  .validateScope(stack)
  .violations.flatMap(({ ruleName, violatingResources = [] }) =>
    violatingResources.map(({ constructPath = '' }) => ({ rule: ruleName, where: constructPath })),
  );

test('cdk-nag finds nothing except the accepted findings', () => {
  const unexplained = findings.filter(
    (finding) =>
      !accepted.some(({ rule, where }) => rule === finding.rule && where.test(finding.where)),
  );
  expect(unexplained).toEqual([]);
});

test.each(accepted)('$rule is still found: $reason', ({ rule, where }) => {
  expect(findings.some((finding) => finding.rule === rule && where.test(finding.where))).toBe(true);
});
