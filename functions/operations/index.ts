import { Logger } from '@aws-lambda-powertools/logger';
import { makeDynamo, makeSecrets } from '../../adapters/clients.ts';
import { connect } from './connect.ts';

export const handler = connect(
  process.env,
  { dynamo: makeDynamo(), secrets: makeSecrets() },
  new Logger(),
);
