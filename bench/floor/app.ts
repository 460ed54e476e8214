import { join } from 'node:path';
import { App, CliCredentialsStackSynthesizer, Stack, Tags } from 'aws-cdk-lib';
import { LambdaIntegration, RestApi } from 'aws-cdk-lib/aws-apigateway';
import { AttributeType, BillingMode, Table } from 'aws-cdk-lib/aws-dynamodb';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { throwawayFunction } from '../throwaway-function.ts';

// A temporary stack: the smallest pipeline with the same steps as Doctor's.

const app = new App();
const stack = new Stack(app, 'FloorBench', {
  synthesizer: new CliCredentialsStackSynthesizer({ fileAssetsBucketName: 'doctor-assets' }),
});

const table = new Table(stack, 'Table', {
  partitionKey: { name: 'id', type: AttributeType.STRING },
  billingMode: BillingMode.PAY_PER_REQUEST,
});
const queue = new Queue(stack, 'Queue');
const topic = new Topic(stack, 'Topic', { topicName: 'floor-bench' });

const made = (name: string, environment: Record<string, string>) =>
  throwawayFunction(stack, name, join(import.meta.dirname, `${name}.ts`), environment);

const door = made('door', { TABLE: table.tableName, QUEUE: queue.queueUrl });
table.grantWriteData(door);
queue.grantSendMessages(door);

const publisher = made('publisher', { TOPIC: topic.topicArn });
topic.grantPublish(publisher);
publisher.addEventSource(new SqsEventSource(queue, { batchSize: 1 }));

const api = new RestApi(stack, 'Api', { deployOptions: { stageName: 'api' } });
Tags.of(api).add('ms-custom-id', 'floor-bench');
api.root.addResource('floor').addMethod('POST', new LambdaIntegration(door));
