import { call } from '../../api/client.ts';
import type { Alarm as AlarmBody, AlarmChange } from '../../api/openstack.ts';
import { mayChange } from '../../api/session.ts';
import { useLive } from '../../live/use-live.ts';
import { goTo } from '../../router.ts';
import { Action } from '../../ui/actions.tsx';
import { Badge, Facts, Loaded, Loading, Problem, Section, Time, View } from '../../ui/basics.tsx';
import { Table } from '../../ui/table.tsx';
import { changeInWords } from './change-words.ts';

const pathOf = (id: string, rest = '') => `/alarming/v2/alarms/${encodeURIComponent(id)}${rest}`;

/** One alarm, with its history. */
export function Alarm({ id }: { id: string }) {
  const alarm = useLive((signal) => call<AlarmBody>('GET', pathOf(id), { signal }), ['alarms']);
  const history = useLive(
    (signal) =>
      call<AlarmChange[]>('GET', pathOf(id, '/history'), { query: { limit: 100 }, signal }),
    ['alarms'],
  );
  const again = () => {
    alarm.reload();
    history.reload();
  };
  const found = alarm.data;
  return (
    <View title={found?.name ?? 'Alarm'} aside={found && <Badge state={found.state} />}>
      <Problem text={alarm.error || history.error} />
      {found && mayChange.value && <Actions alarm={found} changed={again} />}
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

function Actions({ alarm, changed }: { alarm: AlarmBody; changed: () => void }) {
  const { alarm_id, name, enabled, state } = alarm;
  const enable = async () => {
    // Aodh replaces an alarm as a whole: it is read again, so that nothing newer is lost.
    const now = await call<AlarmBody>('GET', pathOf(alarm_id));
    await call('PUT', pathOf(alarm_id), { body: { ...now, enabled: !enabled } });
    changed();
  };
  const fire = async () => {
    await call('PUT', pathOf(alarm_id, '/state'), { body: state === 'alarm' ? 'ok' : 'alarm' });
    changed();
  };
  const remove = async () => {
    await call('DELETE', pathOf(alarm_id));
    goTo(['alarms']);
  };
  return (
    <fieldset class="buttons" aria-label={`Actions on ${name}`}>
      <Action label={enabled ? 'Disable' : 'Enable'} run={enable} />
      <Action
        label={state === 'alarm' ? 'Set to ok' : 'Test: set to alarm'}
        question="The state is set by hand, and is recorded in the history. Setting a state by hand runs no actions, as in Aodh."
        run={fire}
      />
      <Action
        label="Delete"
        danger
        question={`“${name}” and its history are deleted.`}
        run={remove}
      />
    </fieldset>
  );
}

const AlarmFacts = ({ of: alarm }: { of: AlarmBody }) => (
  <Section title="Rule">
    <Facts
      of={[
        ['Event type', alarm.event_rule?.event_type ?? '–'],
        [
          'Conditions',
          (alarm.event_rule?.query ?? []).map(({ field, op, value }) => (
            <code key={`${field} ${op} ${value}`} class="rule">
              {field.replace('traits.', '')} {op} {value}
            </code>
          )),
        ],
        [
          'Webhooks',
          alarm.alarm_actions.length === 0
            ? '–'
            : alarm.alarm_actions.map((url) => <code key={url}>{url}</code>),
        ],
        ['Repeats', alarm.repeat_actions ? 'at each matching event' : 'no'],
        ['Severity', alarm.severity],
      ]}
    />
    <Facts of={[[`Why it is in the state “${alarm.state}”`, alarm.state_reason || '–']]} />
  </Section>
);
