import { Logger } from '@aws-lambda-powertools/logger';
import { makeSns, makeSqs } from '../../adapters/clients.ts';
import { wire } from './wiring.ts';

export const handler = wire(process.env, { sqs: makeSqs(), sns: makeSns() }, new Logger());
