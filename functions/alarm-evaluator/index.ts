import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import { makeDynamo, makeSqs } from '../../adapters/clients.ts';
import { makeSns } from '../../adapters/sns.ts';
import { connect } from './connect.ts';

const dynamo = makeDynamo();

export const handler = connect(
  process.env,
  { dynamo, sqs: makeSqs(dynamo), sns: makeSns(dynamo) },
  new Logger(),
  new Metrics(),
);
