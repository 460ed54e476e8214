import { Logger } from '@aws-lambda-powertools/logger';
import { makeDynamo, makeSecrets } from '../../adapters/clients.ts';
import { wire } from './wiring.ts';

export const handler = wire(
  process.env,
  { dynamo: makeDynamo(), secrets: makeSecrets() },
  new Logger(),
);
