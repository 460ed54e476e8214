import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { EnvName } from '../adapters/env.ts';
import { requireFittingEnvironment } from './environment-size.ts';
import { functionCode } from './function-code.ts';

export interface ServiceFunctionProps {
  /** The folder in `functions/` whose `index.ts` exports `handler`. */
  readonly name: string;
  readonly description: string;
  readonly environment: Partial<Record<EnvName, string>>;
  readonly timeout?: Duration;
  readonly memorySize?: number;
  /**
   * What errors of this function mean for users: the end of the description of the alarm on errors.
   */
  readonly errorImpact: string;
}

/** A Lambda function with Doctor's defaults. Its only permission is to write its log. */
export class ServiceFunction extends LambdaFunction {
  constructor(scope: Construct, id: string, props: ServiceFunctionProps) {
    const { name, description, environment, timeout, memorySize, errorImpact } = props;
    const role = new Role(scope, `${id}Role`, {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
    });
    const logGroup = new LogGroup(scope, `${id}Log`, {
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    logGroup.grantWrite(role);
    const variables = {
      POWERTOOLS_SERVICE_NAME: name,
      POWERTOOLS_METRICS_NAMESPACE: 'Doctor',
      ...environment,
    };

    super(scope, id, {
      code: functionCode(name),
      handler: 'index.handler',
      description,
      role,
      logGroup,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: memorySize ?? 1024,
      timeout: timeout ?? Duration.seconds(28),
      environment: variables,
    });
    requireFittingEnvironment(this, name, variables);

    this.metricErrors({ period: Duration.minutes(1) }).createAlarm(this, 'Errors', {
      alarmDescription: `${name} fails: ${errorImpact}`,
      threshold: 1,
      evaluationPeriods: 3,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
  }
}
