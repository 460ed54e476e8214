/** The setting `cloud`: which secret it grants, and to which functions. */
import { App, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { allowCloud, cloudVariables } from '../../infra/cloud.ts';
import { settingsFrom, withDefaults } from '../../infra/settings.ts';

const Policy = z.object({
  Properties: z.object({
    PolicyDocument: z.object({
      Statement: z.array(z.object({ Action: z.string(), Resource: z.unknown() })),
    }),
  }),
});

const granted = (cloud: string): Template => {
  const stack = new Stack(new App(), 'Stack', { env: { region: 'eu-1', account: '123456789012' } });
  const role = new Role(stack, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
  allowCloud(role, { cloud });
  return Template.fromStack(stack);
};

test.each([
  ['doctor/cloud', /:secretsmanager:eu-1:123456789012:secret:doctor\/cloud-\?{6}"/],
  [
    'arn:aws:secretsmanager:eu-1:123456789012:secret:cloud-AbCdEf',
    /^"arn:aws:secretsmanager:eu-1:123456789012:secret:cloud-AbCdEf"$/,
  ],
])('the secret %s is granted, and no other', (cloud, arn) => {
  const [policy = {}] = Object.values(granted(cloud).findResources('AWS::IAM::Policy'));
  const { Statement } = Policy.parse(policy).Properties.PolicyDocument;
  const actions = Statement.map(({ Action }) => Action);
  expect(actions).toEqual(['secretsmanager:GetSecretValue']);
  // A name is joined to the ARN's beginning, with the partition that is known at the deployment.
  expect(JSON.stringify(Statement[0]?.Resource)).toMatch(arn);
});

test('without a cloud nothing is granted, and no variable is set', () => {
  granted('').resourcePropertiesCountIs('AWS::IAM::Policy', Match.anyValue(), 0);
  expect(cloudVariables(withDefaults())).toEqual({});
  expect(cloudVariables(withDefaults({ cloud: 'x' }))).toEqual({ CLOUD_SECRET: 'x' });
});

test.each(['a b', 'x*', 'arn:aws:secretsmanager:eu-1:1:secret:x', 'arn:aws:s3:::x?'])(
  'what is no name or ARN of a secret is refused: %s',
  (cloud) => {
    expect(() => settingsFrom((name) => (name === 'cloud' ? cloud : undefined))).toThrow(
      'setting cloud is neither the name nor the ARN of a secret',
    );
  },
);
