import { App, CliCredentialsStackSynthesizer } from 'aws-cdk-lib';
import { DoctorStack } from './service.ts';
import { settingsFrom } from './settings.ts';

/**
 * The CDK app. The CDK context chooses between AWS and an emulator, and gives the settings:
 *
 * - `-c target=emulator`: a fixed API id, tables that are deleted with the stack, and no bootstrap
 *   stack. An emulator starts empty, so it would have to deploy that stack each time
 * - `-c <setting>=<value>`: a setting of `infra/settings.ts`, by its name
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
