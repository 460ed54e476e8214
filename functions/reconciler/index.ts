import { Logger } from '@aws-lambda-powertools/logger';
import { makeDynamo, makeSqs } from '../../adapters/clients.ts';
import { makeSns } from '../../adapters/sns.ts';
import { connect } from './connect.ts';

export const handler = connect(
  process.env,
  { dynamo: makeDynamo(), sqs: makeSqs(), sns: makeSns() },
  new Logger(),
);
