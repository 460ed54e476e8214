/** AWS takes 4 KB of variables for a function; an emulator takes any. */
import { App } from 'aws-cdk-lib';
import { expect, test } from 'vitest';
import { DoctorStack } from '../../infra/service.ts';
import type { ServiceSettings } from '../../infra/settings.ts';

const synth = (settings: Partial<ServiceSettings>, target: 'aws' | 'emulator' = 'aws') => {
  const app = new App({ context: { 'aws:cdk:bundling-stacks': [] } });
  new DoctorStack(app, 'Doctor', { target, settings });
  return app.synth();
};

test('the number of topics that the documents promise fits', () => {
  expect(() => synth({ notificationTopics: 14 })).not.toThrow();
});

test.each(['aws', 'emulator'] as const)(
  'more topics than fit into a function’s environment are an error at synth for %s, which names the setting',
  (target) => {
    expect(() => synth({ notificationTopics: 40 }, target)).toThrow(
      /function doctor may take \d+ bytes, and AWS takes 4096: lower notificationTopics/,
    );
  },
);

test.each([
  { webhookAllowedRanges: Array.from({ length: 400 }, (_, n) => `10.${n % 256}.0.0/16`) },
  {
    corsAllowedOrigins: Array.from({ length: 100 }, (_, n) => `https://console-${n}.cloud.example`),
  },
  {
    actionTopics: Array.from(
      { length: 60 },
      (_, n) => `arn:aws:sns:eu-west-1:123456789012:alarms-of-project-${n}-in-production`,
    ),
  },
])('any other list that is too long is such an error too', (settings) => {
  const [name = ''] = Object.keys(settings);
  expect(() => synth(settings)).toThrow(name);
});
