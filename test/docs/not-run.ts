/**
 * The shell blocks that are not run here, by their first line, with the reason. No other block may
 * be marked as not run.
 */
import type { Block } from './blocks.ts';

const reasons = [
  'it starts a stack',
  'it starts a stack and waits for Ctrl-C',
  'it is what runs these tests',
  'it takes minutes',
  "it moves other tests' messages",
  'nothing is given up here',
  'needs an AWS account',
  'needs Docker',
  'it installs packages',
  'needs an OpenStack cloud',
  'it fails a host of the cloud',
  'it installs files on the machine of a monitor',
] as const;

type NotRun = Pick<Block, 'document'> & {
  readonly first: string;
  readonly reason: (typeof reasons)[number];
};

export const notRun: readonly NotRun[] = [
  {
    document: 'README.md',
    first: 'npm start',
    reason: 'it starts a stack and waits for Ctrl-C',
  },
  { document: 'README.md', first: 'npm test', reason: 'it is what runs these tests' },
  { document: 'README.md', first: 'npm ci', reason: 'needs an AWS account' },
  { document: 'docs/administrators.md', first: 'npm ci', reason: 'needs an AWS account' },
  {
    document: 'docs/administrators.md',
    first: 'npm run doctor --silent -- host-evacuate --jobs 8 compute-9',
    reason: 'needs an OpenStack cloud',
  },
  {
    document: 'docs/administrators.md',
    first:
      'npm run deploy -- -c prometheusUrl=https://prometheus.example -c prometheusAuth=secret \\',
    reason: 'needs an AWS account',
  },
  {
    document: 'docs/administrators.md',
    first:
      'aws sqs start-message-move-task --source-arn "$(aws sqs get-queue-attributes --queue-url "$DLQ" \\',
    reason: "it moves other tests' messages",
  },
  {
    document: 'docs/administrators.md',
    first: `at() { node -p 'JSON.parse(process.argv[1]).DDBStreamBatchInfo[process.argv[2]]' "$LETTER" "$1"; }`,
    reason: 'nothing is given up here',
  },
  {
    document: 'docs/contributing.md',
    first: 'node scripts/setup.mjs',
    reason: 'it installs packages',
  },
  { document: 'docs/contributing.md', first: 'npm run up', reason: 'it starts a stack' },
  {
    document: 'docs/contributing.md',
    first: 'npx vitest run --project crash test/crash/report.test.ts  # on the stack that is up',
    reason: 'it takes minutes',
  },
  {
    document: 'docs/contributing.md',
    first: 'npm run test:interop -- --list',
    reason: 'it takes minutes',
  },
  {
    document: 'docs/contributing.md',
    first: 'OPENSTACK_BOX=../openstack-box npm run test:openstack',
    reason: 'it takes minutes',
  },
  {
    document: 'docs/contributing.md',
    first: 'npm run test:console',
    reason: 'it takes minutes',
  },
  {
    document: 'docs/how-to/localstack.md',
    first: 'npm run test:localstack',
    reason: 'needs Docker',
  },
  {
    document: 'docs/how-to/monitors/aws.md',
    first: 'aws cloudwatch put-metric-alarm --alarm-name doctor-compute-9-system \\',
    reason: 'needs an AWS account',
  },
  {
    document: 'docs/how-to/monitors/aws.md',
    first:
      'npm run deploy -- -c cloudWatchTopicArns=arn:aws:sns:eu-west-1:123456789012:host-alarms',
    reason: 'needs an AWS account',
  },
  {
    document: 'docs/how-to/monitors/aws.md',
    first: 'aws events put-permission --event-bus-name default --action events:PutEvents \\',
    reason: 'needs an AWS account',
  },
  {
    document: 'docs/how-to/monitors/aws.md',
    first: `aws events put-rule --name doctor-alarms --event-pattern '{"source": ["aws.cloudwatch"],`,
    reason: 'needs an AWS account',
  },
  {
    document: 'docs/how-to/monitors/scripts.md',
    first: 'install -m 755 integrations/report/doctor-report.sh /usr/local/bin/doctor-report.sh',
    reason: 'it installs files on the machine of a monitor',
  },
  {
    document: 'docs/performance.md',
    first: 'npm run bench -- --help',
    reason: 'it takes minutes',
  },
  {
    document: 'docs/reference/settings.md',
    first: 'npm run deploy -- -c regionName=eu-1 -c acceptAlarmsWithoutResourceId=false',
    reason: 'needs an AWS account',
  },
  {
    document: 'docs/tutorial/beside-openstack.md',
    first: 'source .venv/bin/activate    # has the openstack command line',
    reason: 'needs an OpenStack cloud',
  },
  {
    document: 'docs/tutorial/beside-openstack.md',
    first: "cat > doctor-rules.json <<'EOF'",
    reason: 'needs an OpenStack cloud',
  },
  {
    document: 'docs/tutorial/beside-openstack.md',
    first: 'aws secretsmanager create-secret --name doctor/cloud --secret-string "$(',
    reason: 'needs an OpenStack cloud',
  },
  {
    document: 'docs/tutorial/beside-openstack.md',
    first: 'npm run deploy -- -c cloud=doctor/cloud',
    reason: 'needs an AWS account',
  },
  {
    document: 'docs/tutorial/beside-openstack.md',
    first: 'DOCTOR_SETTINGS=cloud=doctor/cloud npm run up',
    reason: 'it starts a stack',
  },
  {
    document: 'docs/tutorial/beside-openstack.md',
    first: 'npm run doctor --silent -- cloud register --dry-run "$DOCTOR_API_URL"',
    reason: 'needs an OpenStack cloud',
  },
  {
    document: 'docs/tutorial/beside-openstack.md',
    first: 'npm run doctor --silent -- cloud sync',
    reason: 'needs an OpenStack cloud',
  },
  {
    document: 'docs/tutorial/beside-openstack.md',
    first: 'source member-openrc',
    reason: 'needs an OpenStack cloud',
  },
  {
    document: 'docs/tutorial/beside-openstack.md',
    first: 'source .doctor/openrc',
    reason: 'it fails a host of the cloud',
  },
  {
    document: 'docs/tutorial/beside-openstack.md',
    first: 'npm run doctor --silent -- host-evacuate compute-1',
    reason: 'it fails a host of the cloud',
  },
  {
    document: 'docs/tutorial/beside-openstack.md',
    first: 'openstack compute service set --up compute-1 nova-compute',
    reason: 'it fails a host of the cloud',
  },
  { document: 'docs/tutorial/first-fault.md', first: 'npm run up', reason: 'it starts a stack' },
];
