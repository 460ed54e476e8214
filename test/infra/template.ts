import { App } from 'aws-cdk-lib';
import type { Template } from 'aws-cdk-lib/assertions';
import * as z from 'zod';
import { DoctorStack } from '../../infra/service.ts';

/** The construct of each function that is deployed without further settings. */
export const functions = [
  ...[
    'Identity',
    'Compute',
    'HostReports',
    'Network',
    'Alarming',
    'Doctor',
    'Monitors',
    'Operations',
  ],
  'Console',
  ...[
    'ReportReceiver',
    'Reconciler',
    'AlarmEvaluator',
    'BulkEvaluator',
    'Sweeper',
    'FaultFinisher',
    'WebhookSender',
    'PeriodicPlanner',
    'PeriodicEvaluator',
    'Timekeeper',
  ],
];

/** The stack for AWS, without bundling, which takes seconds and changes nothing here. */
export function makeStack(target: 'aws' | 'emulator' = 'aws'): DoctorStack {
  const app = new App({ context: { 'aws:cdk:bundling-stacks': [] } });
  return new DoctorStack(app, 'Doctor', { target });
}

/** A statement of an IAM policy, with its lists always lists. */
export type Statement = { action: string[]; resource: unknown[]; effect: string };

const Texts = z.union([z.string(), z.array(z.string())]);
const Policy = z.object({
  Properties: z.object({
    PolicyDocument: z.object({
      Statement: z.array(z.object({ Action: Texts, Resource: z.unknown(), Effect: z.string() })),
    }),
  }),
});

const list = <T>(value: T | T[]): T[] => (Array.isArray(value) ? value : [value]);

/**
 * The permissions of each function, by its construct (`Compute`, `Reconciler`, …). A role's own
 * policy has at most 10 kB; the CDK puts the rest into a managed policy of the same role.
 */
export function policies(template: Template): Map<string, Statement[]> {
  const found = Object.entries({
    ...template.findResources('AWS::IAM::Policy'),
    ...template.findResources('AWS::IAM::ManagedPolicy'),
  });
  const byFunction = Map.groupBy(found, ([id]) => id.replace(/FunctionRole.*/, ''));
  return new Map(
    [...byFunction].map(([name, its]) => [
      name,
      its.flatMap(([, resource]) => statementsOf(resource)),
    ]),
  );
}

function statementsOf(resource: unknown): Statement[] {
  const { Statement } = Policy.parse(resource).Properties.PolicyDocument;
  return Statement.map(({ Action, Resource, Effect }) => ({
    action: list(Action),
    resource: list(Resource),
    effect: Effect,
  }));
}

/** The short name of a statement's resource: `Hosts`, `Instances/byHost`, `EventQueue`. */
export function subject(resource: unknown): string {
  if (typeof resource === 'string') return resource;
  const text = JSON.stringify(resource);
  const [, name = text] = /"(?:Tables|Messaging|Secrets)?([A-Za-z]+?)[0-9A-F]{8}"/.exec(text) ?? [];
  const [, index] = /"\/index\/([^"]+)"/.exec(text) ?? [];
  if (/"StreamArn"/.test(text)) return `${name}/stream`;
  return index ? `${name}/${index}` : name;
}
