import { Logger } from '@aws-lambda-powertools/logger';
import { makeDynamo, makeSecrets, makeSqs } from '../../adapters/clients.ts';
import { connect } from './connect.ts';

export const handler = connect(
  process.env,
  {
    dynamo: makeDynamo(),
    sqs: makeSqs(),
    sns: async () => (await import('../../adapters/sns.ts')).makeSns(),
    secrets: makeSecrets(),
  },
  new Logger(),
);
