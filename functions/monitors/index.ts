import { Logger } from '@aws-lambda-powertools/logger';
import { makeDynamo, makeSecrets, makeSqs } from '../../adapters/clients.ts';
import { connect } from './connect.ts';

const dynamo = makeDynamo();

export const handler = connect(
  process.env,
  { dynamo, sqs: makeSqs(dynamo), secrets: makeSecrets() },
  new Logger(),
);
