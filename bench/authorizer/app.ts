import { join } from 'node:path';
import { App, CliCredentialsStackSynthesizer, Duration, Stack, Tags } from 'aws-cdk-lib';
import {
  AuthorizationType,
  IdentitySource,
  LambdaIntegration,
  RequestAuthorizer,
  RestApi,
} from 'aws-cdk-lib/aws-apigateway';
import { throwawayFunction } from '../throwaway-function.ts';

// A temporary stack: one function that checks tokens itself, and one behind an authorizer.

const app = new App();
const stack = new Stack(app, 'AuthorizerBench', {
  synthesizer: new CliCredentialsStackSynthesizer({ fileAssetsBucketName: 'doctor-assets' }),
});

const made = (name: string) =>
  throwawayFunction(stack, name, join(import.meta.dirname, `${name}.ts`), {
    BENCH_KEY: String(app.node.tryGetContext('key')),
  });

const api = new RestApi(stack, 'Api', { deployOptions: { stageName: 'api' } });
Tags.of(api).add('ms-custom-id', 'authorizer-bench');

const authorizer = made('authorizer');
const authorizedFor = (name: string, minutes: number) => ({
  authorizationType: AuthorizationType.CUSTOM,
  authorizer: new RequestAuthorizer(stack, name, {
    handler: authorizer,
    identitySources: [IdentitySource.header('X-Auth-Token')],
    resultsCacheTtl: Duration.minutes(minutes),
  }),
});

const behind = new LambdaIntegration(made('behind'));
const resource = (path: string) => api.root.addResource(path);
resource('middleware').addMethod('GET', new LambdaIntegration(made('middleware')));
resource('authorizer').addMethod('GET', behind, authorizedFor('Each', 0));
resource('cached').addMethod('GET', behind, authorizedFor('Cached', 5));
