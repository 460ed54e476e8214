import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import { makeDynamo, makeSecrets, makeSns, makeSqs } from '../../adapters/clients.ts';
import { wire } from './wiring.ts';

export const handler = wire(
  process.env,
  { dynamo: makeDynamo(), sqs: makeSqs(), sns: makeSns(), secrets: makeSecrets() },
  new Logger(),
  new Metrics(),
);
