import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import { makeDynamo, makeSns, makeSqs } from '../../adapters/clients.ts';
import { connect } from './connect.ts';

const dynamo = makeDynamo();

export const handler = connect(
  process.env,
  { dynamo, sqs: makeSqs(dynamo), sns: makeSns(dynamo) },
  new Logger(),
  new Metrics(),
);
