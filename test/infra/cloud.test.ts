/** The setting `cloud`: which secret it grants, and to which functions. */
import { App, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { allowCloud, cloudVariables } from '../../infra/cloud.ts';
import { DoctorStack } from '../../infra/service.ts';
import { settingsFrom, withDefaults } from '../../infra/settings.ts';
import { policies } from './template.ts';

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

const surfaces = [
  'Alarming',
  'Compute',
  'Doctor',
  'HostReports',
  'Monitors',
  'Network',
  'Operations',
];

/** The names of the programs that the surfaces run, sorted. */
const programs = surfaces
  .map((name) => (name === 'HostReports' ? 'compute' : name.toLowerCase()))
  .sort();

const doctorWith = (cloud: string): Template => {
  const app = new App({ context: { 'aws:cdk:bundling-stacks': [] } });
  return Template.fromStack(new DoctorStack(app, 'Doctor', { target: 'aws', settings: { cloud } }));
};

test('the surfaces that accept tokens of the cloud read its secret and count refused tokens', () => {
  const template = doctorWith('doctor/cloud');
  const functions = Object.values(template.findResources('AWS::Lambda::Function'));
  const reading = functions
    .map(({ Properties }) => Properties.Environment.Variables)
    .filter(({ CLOUD_SECRET }) => CLOUD_SECRET === 'doctor/cloud')
    // These functions use the cloud, and accept no tokens.
    .filter(({ POWERTOOLS_SERVICE_NAME: name }) => !/^cloud-(faults|mirror)$/.test(name));
  for (const variables of reading) expect(variables).toHaveProperty('ATTEMPTS_TABLE');
  const names = reading.map(({ POWERTOOLS_SERVICE_NAME }) => POWERTOOLS_SERVICE_NAME);
  expect(names).toEqual(expect.arrayContaining(programs));
  const allowed = policies(template);
  const granted = (name: string) =>
    (allowed.get(name) ?? []).flatMap(({ action, resource }) =>
      action.flatMap((verb) => resource.map((what) => `${verb} ${JSON.stringify(what)}`)),
    );
  for (const name of surfaces) {
    const grants = granted(name).filter((grant) => /cloud-|Attempts/.test(grant));
    expect(
      grants.filter((grant) => /GetSecretValue.*secret:doctor\/cloud-/.test(grant)),
    ).toHaveLength(1);
    expect(grants.filter((grant) => /UpdateItem.*Attempts/.test(grant))).not.toEqual([]);
  }
  // This function issues Doctor's own tokens, and accepts no others.
  expect(granted('Identity').join()).not.toContain('cloud-');
});

test('an issuer needs an audience, https and roles that Doctor has', () => {
  const from = (given: Readonly<Record<string, string>>) => () =>
    settingsFrom((name) => given[name]);
  const oidcIssuer = 'https://login.example/realms/cloud/v2.0';
  expect(from({ oidcIssuer, oidcAudience: 'doctor' })()).toMatchObject({ oidcIssuer });
  expect(from({ oidcIssuer })).toThrow('oidcAudience is empty');
  expect(from({ oidcIssuer: 'http://login.example' })).toThrow('oidcIssuer is not an https URL');
  expect(from({ oidcRoles: 'a=root' })).toThrow('setting oidcRoles, item 1, is not a value');
});

test('an issuer is given to the surfaces, with the mapping of its claims', () => {
  const app = new App({ context: { 'aws:cdk:bundling-stacks': [] } });
  const settings = { oidcIssuer: 'https://login.example', oidcAudience: 'doctor' };
  const template = Template.fromStack(new DoctorStack(app, 'Doctor', { target: 'aws', settings }));
  const reading = Object.values(template.findResources('AWS::Lambda::Function'))
    .map(({ Properties }) => Properties.Environment.Variables)
    .filter(({ OIDC_ISSUER }) => OIDC_ISSUER === 'https://login.example');
  expect(reading.map(({ POWERTOOLS_SERVICE_NAME }) => POWERTOOLS_SERVICE_NAME).sort()).toEqual(
    programs,
  );
  for (const variables of reading) {
    expect(variables).toMatchObject({ OIDC_AUDIENCE: 'doctor', OIDC_ROLES_CLAIM: 'roles' });
    expect(variables).toHaveProperty('ATTEMPTS_TABLE');
    expect(variables).not.toHaveProperty('CLOUD_SECRET');
  }
});

test('without a cloud the template is as if there were no such setting', () => {
  const text = JSON.stringify(doctorWith('').toJSON());
  expect(/CLOUD_SECRET|OIDC_|\?{6}/.test(text)).toBe(false);
});

test.each(['a b', 'x*', 'arn:aws:secretsmanager:eu-1:1:secret:x', 'arn:aws:s3:::x?'])(
  'what is no name or ARN of a secret is refused: %s',
  (cloud) => {
    expect(() => settingsFrom((name) => (name === 'cloud' ? cloud : undefined))).toThrow(
      'setting cloud is neither the name nor the ARN of a secret',
    );
  },
);
