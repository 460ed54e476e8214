import { useState } from 'preact/hooks';
import { call } from '../../api/client.ts';
import type { Alarm as AlarmBody, AlarmChange } from '../../api/openstack.ts';
import { mayChange } from '../../api/session.ts';
import { useLive } from '../../live/use-live.ts';
import { Badge, Loaded, Loading, Problem, Section, Time, View } from '../../ui/basics.tsx';
import { toneOf } from '../../ui/states.ts';
import { Table } from '../../ui/table.tsx';
import { AlarmActions, pathOf } from './alarm-actions.tsx';
import { AlarmFacts } from './alarm-facts.tsx';
import { type AlarmTest, TestOutcome } from './alarm-test.tsx';
import { changeInWords } from './change-words.ts';
import { callsByResult } from './rule-words.ts';

/** The state of an alarm, and whether it is disabled. */
const States = ({ of: { state, enabled } }: { of: AlarmBody }) => (
  <>
    <Badge state={state} />
    {!enabled && <Badge state="disabled" />}
  </>
);

/** The results of the webhooks of a change; a dash if it called none. */
function Calls({ of: { webhooks = [] } }: { of: AlarmChange }) {
  if (webhooks.length === 0) return <span class="faint">–</span>;
  return (
    <span class="badges" title={webhooks.map((each) => `${each.action} ${each.reason}`).join('\n')}>
      {callsByResult(webhooks).map(([result, count]) => (
        <Badge
          key={result}
          state={count === 1 ? result : `${count} ${result}`}
          tone={toneOf(result)}
        />
      ))}
    </span>
  );
}

/** One alarm, with its history. */
export function Alarm({ id }: { id: string }) {
  const alarm = useLive((signal) => call<AlarmBody>('GET', pathOf(id), { signal }), ['alarms']);
  const history = useLive(
    (signal) =>
      call<AlarmChange[]>('GET', pathOf(id, '/history'), { query: { limit: 100 }, signal }),
    ['alarms'],
  );
  const [tested, setTested] = useState<AlarmTest | undefined>(undefined);
  const again = () => {
    alarm.reload();
    history.reload();
  };
  const found = alarm.data;
  return (
    <View title={found?.name ?? 'Alarm'} aside={found && <States of={found} />}>
      <Problem text={alarm.error || history.error} />
      {found && mayChange.value && (
        <AlarmActions alarm={found} changed={again} tested={setTested} />
      )}
      {tested?.alarm_id === id && <TestOutcome key={tested.id} sent={tested} />}
      {found ? <AlarmFacts of={found} /> : alarm.error === '' && <Loading />}
      <Section title="History">
        <Loaded of={history}>
          {(changes) => (
            <Table
              label="History"
              rows={changes}
              keyOf={({ event_id }) => event_id}
              empty="Nothing has happened yet."
              columns={[
                { title: 'Time', cell: ({ timestamp }) => <Time at={timestamp} /> },
                { title: 'What', cell: ({ type }) => type },
                { title: 'Webhooks', cell: (change) => <Calls of={change} />, minor: true },
                {
                  title: 'Change',
                  cell: (change) => (
                    <span class="cut wide" title={changeInWords(change)}>
                      {changeInWords(change)}
                    </span>
                  ),
                },
              ]}
            />
          )}
        </Loaded>
      </Section>
    </View>
  );
}
