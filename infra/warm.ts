/**
 * Keeps a process running of each function on the path of a fault. Faults are rare, and Lambda ends a
 * process that was idle for some minutes, so without it nearly every fault would wait for two starts. On
 * AWS only: an emulator keeps one process of each function.
 */
import { Duration } from 'aws-cdk-lib';
import { Rule, RuleTargetInput, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';

export interface WarmProps {
  /** Takes reports of hosts. It gets an event that is no request. */
  readonly reports: IFunction;
  /** Evaluates events of faults. It gets an empty batch of its queue. */
  readonly evaluator: IFunction;
}

/** Invokes the functions every five minutes. */
export class Warm extends Construct {
  constructor(scope: Construct, id: string, { reports, evaluator }: WarmProps) {
    super(scope, id);
    const target = (fn: IFunction, event: object) =>
      new LambdaFunction(fn, { event: RuleTargetInput.fromObject(event), retryAttempts: 0 });
    new Rule(this, 'Rule', {
      schedule: Schedule.rate(Duration.minutes(5)),
      targets: [target(reports, { wake: true }), target(evaluator, { Records: [] })],
    });
  }
}
