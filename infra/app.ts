import { App, CliCredentialsStackSynthesizer } from 'aws-cdk-lib';
import { DoctorStack } from './service.ts';

/**
 * The CDK app. What differs between AWS and the emulators is decided here, from the CDK context:
 *
 * - `-c target=emulator`: a fixed API id, tables that go with the stack, no bootstrap needed
 * - `-c publicUrl=…`: the address that clients reach the stage under, where the request cannot tell
 * - `-c acceptAlarmsWithoutResourceId=false`: see `ServiceSettings`
 */
const app = new App();
const text = (name: string): string | undefined => app.node.tryGetContext(name);
const emulated = text('target') === 'emulator';

new DoctorStack(app, 'Doctor', {
  description: 'Doctor: fault management for clouds',
  target: emulated ? 'emulator' : 'aws',
  settings: {
    publicUrl: text('publicUrl') ?? '',
    acceptAlarmsWithoutResourceId: text('acceptAlarmsWithoutResourceId') !== 'false',
  },
  ...(emulated && {
    // The emulator's deployment makes this bucket itself, which saves the bootstrap stack.
    synthesizer: new CliCredentialsStackSynthesizer({ fileAssetsBucketName: 'doctor-assets' }),
  }),
});
