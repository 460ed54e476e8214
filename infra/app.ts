import { App, CliCredentialsStackSynthesizer } from 'aws-cdk-lib';
import { DoctorStack } from './service.ts';
import { settingsFrom } from './settings.ts';

/**
 * The CDK app. What differs between AWS and the emulators is decided here, from the CDK context:
 *
 * - `-c target=emulator`: a fixed API id, tables that go with the stack, no bootstrap needed: an
 *   emulator may start empty, and would pay for the bootstrap stack each time
 * - `-c <setting>=<value>`: each of `ServiceSettings`, by its name
 */
const app = new App();
const context = (name: string): unknown => app.node.tryGetContext(name);
const emulated = context('target') === 'emulator';

new DoctorStack(app, 'Doctor', {
  description: 'Doctor: fault management for clouds',
  target: emulated ? 'emulator' : 'aws',
  settings: settingsFrom(context),
  ...(emulated && {
    // The emulator's deployment makes this bucket itself, which saves the bootstrap stack.
    synthesizer: new CliCredentialsStackSynthesizer({ fileAssetsBucketName: 'doctor-assets' }),
  }),
});
