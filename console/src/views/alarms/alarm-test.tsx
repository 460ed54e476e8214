/** A test of an alarm: its button, and what became of the last one. */
import { useCallback, useEffect, useState } from 'preact/hooks';
import type { DoctorAnswers } from '../../api/answers.ts';
import { ask } from '../../api/client.ts';
import type { Alarm, AlarmState } from '../../api/openstack.ts';
import { useEvery } from '../../live/use-every.ts';
import { useLive } from '../../live/use-live.ts';
import { Action } from '../../ui/actions.tsx';
import { Badge, Problem, Section, Time } from '../../ui/basics.tsx';
import { Choice } from '../../ui/fields.tsx';
import { Table } from '../../ui/table.tsx';
import { isOpenTest, receiversOf, remarksOn } from './test-words.ts';

export type AlarmTest = DoctorAnswers['POST /doctor/v1/alarms/{alarm_id}/test']['test'];

const states: readonly AlarmState[] = ['alarm', 'ok', 'insufficient data'];

type TestButtonProps = { readonly alarm: Alarm; readonly sent: (test: AlarmTest) => void };

/** Sends a test after a question, for one of the states. */
export function TestButton({ alarm, sent }: TestButtonProps) {
  const [state, setState] = useState<string>('alarm');
  const run = async () => {
    const { test } = await ask('POST /doctor/v1/alarms/{alarm_id}/test', {
      params: { alarm_id: alarm.alarm_id },
      body: { state },
    });
    sent(test);
  };
  return (
    <Action
      label="Send a test"
      question="All receivers of this alarm get the message that it sends in the state below, marked as a test. The alarm itself and its history stay as they are."
      run={run}
    >
      <Choice
        label="State"
        value={state}
        onInput={setState}
        options={states.map((each) => [each, each] as const)}
      />
    </Action>
  );
}

/** When the outcomes are first read, in milliseconds: most webhooks are answered by then. */
const firstLookMs = 1_000;
/** How often they are read with the feed, in milliseconds, as long as one is open. */
const lookMs = 2_500;

/** The receivers of a test, with the outcome of each webhook as soon as there is one. */
export function TestOutcome({ sent }: { sent: AlarmTest }) {
  const { alarm_id, id } = sent;
  const live = useLive(
    async (signal) => {
      const params = { alarm_id, id };
      return (await ask('GET /doctor/v1/alarms/{alarm_id}/test/{id}', { params, signal })).test;
    },
    [],
    [alarm_id, id],
  );
  const { reload, refresh } = live;
  const test = live.data ?? sent;
  const isOpen = isOpenTest(test);
  useEffect(() => {
    const timer = setTimeout(reload, firstLookMs);
    return () => clearTimeout(timer);
  }, [reload]);
  const look = useCallback(() => {
    if (isOpen) refresh();
  }, [isOpen, refresh]);
  useEvery(lookMs, look);
  const remarks = remarksOn(test);
  return (
    <Section title="Last test">
      <Problem text={live.error} />
      <p role="status">
        Sent <Time at={test.created_at} /> as <Badge state={test.state} />, marked as a test.
      </p>
      {remarks.map((remark) => (
        <p key={remark} class="faint">
          {remark}
        </p>
      ))}
      <Table
        label="Receivers of the test"
        rows={receiversOf(test)}
        keyOf={({ key }) => key}
        empty="Nobody is notified by this alarm: it has no webhook for this state, and no subscription of the project selects it."
        columns={[
          { title: 'Outcome', cell: ({ outcome }) => <Badge state={outcome} /> },
          { title: 'Kind', cell: ({ kind }) => kind, minor: true },
          { title: 'Receiver', cell: ({ address }) => <span class="cut">{address}</span> },
          { title: 'Tries', cell: ({ tries }) => tries ?? '–', minor: true },
          { title: 'Reason', cell: ({ reason }) => <span class="cut">{reason || '–'}</span> },
        ]}
      />
    </Section>
  );
}
