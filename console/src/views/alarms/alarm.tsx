import { useState } from 'preact/hooks';
import { call } from '../../api/client.ts';
import type { Alarm as AlarmBody, AlarmChange } from '../../api/openstack.ts';
import { mayChange } from '../../api/session.ts';
import { useLive } from '../../live/use-live.ts';
import { Badge, Loaded, Loading, Problem, Section, Time, View } from '../../ui/basics.tsx';
import { Table } from '../../ui/table.tsx';
import { AlarmActions, pathOf } from './alarm-actions.tsx';
import { AlarmFacts } from './alarm-facts.tsx';
import { type AlarmTest, TestOutcome } from './alarm-test.tsx';
import { changeInWords } from './change-words.ts';

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
    <View title={found?.name ?? 'Alarm'} aside={found && <Badge state={found.state} />}>
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
