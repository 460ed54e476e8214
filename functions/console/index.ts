import { Logger } from '@aws-lambda-powertools/logger';
import { connect } from './connect.ts';

export const handler = connect(process.env, new Logger());
