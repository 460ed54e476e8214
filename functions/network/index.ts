import { Logger } from '@aws-lambda-powertools/logger';
import { makeDynamo, makeSecrets, makeSqs } from '../../adapters/clients.ts';
import { wire } from './wiring.ts';

export const handler = wire(
  process.env,
  { dynamo: makeDynamo(), sqs: makeSqs(), secrets: makeSecrets() },
  new Logger(),
);
