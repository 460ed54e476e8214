import { useMemo, useState } from 'preact/hooks';
import { ask } from '../../api/client.ts';
import { useEvery } from '../../live/use-every.ts';
import { useLive } from '../../live/use-live.ts';
import { Loading, Problem, Section } from '../../ui/basics.tsx';
import { Chart, type Line } from '../../ui/chart.tsx';
import { Choice } from '../../ui/fields.tsx';
import { queueAges } from './queue-ages.ts';

const everyMs = 60_000;

type Minutes = Awaited<ReturnType<typeof ask<'GET /doctor/v1/rates'>>>['minutes'];
type Minute = Minutes[number];

const sum = (counts: Readonly<Record<string, number | undefined>>): number =>
  Object.values(counts).reduce<number>((all, count) => all + (count ?? 0), 0);

const times = (minutes: Minutes): number[] => minutes.map(({ at }) => Date.parse(at) / 1_000);
const line = (
  minutes: Minutes,
  name: string,
  colour: string,
  of: (minute: Minute) => number | null,
): Line => ({ name, colour, values: minutes.map(of) });

/** The last hours: how many notifications were sent, how fast, and how many messages wait. */
export function Rates() {
  const [hours, setHours] = useState('3');
  const live = useLive(
    (signal) => ask('GET /doctor/v1/rates', { query: { hours }, signal }),
    [],
    [hours],
  );
  useEvery(everyMs, live.refresh);
  const choice = (
    <Choice
      label="Time"
      value={hours}
      onInput={setHours}
      options={[
        ['1', '1 hour'],
        ['3', '3 hours'],
        ['12', '12 hours'],
        ['24', '24 hours'],
      ]}
    />
  );
  return (
    <Section title="The last hours" aside={choice}>
      <Problem text={live.error} />
      {live.data ? (
        <Charts minutes={live.data.minutes} hours={Number(hours)} />
      ) : (
        <Loading unless={live.error} />
      )}
    </Section>
  );
}

function Charts({ minutes, hours }: { minutes: Minutes; hours: number }) {
  const at = useMemo(() => times(minutes), [minutes]);
  const lines = useMemo(
    () => ({
      sent: [line(minutes, 'notifications', 'accent', ({ notifications }) => notifications)],
      late: [
        line(minutes, 'p50', 'accent', ({ p50_ms }) => p50_ms),
        line(minutes, 'p99', 'warn', ({ p99_ms }) => p99_ms),
      ],
      ages: [{ name: 'the longest', colour: 'accent', values: queueAges(minutes) }],
      waiting: [
        line(minutes, 'waiting', 'accent', ({ waiting }) => sum(waiting)),
        line(minutes, 'dead letters', 'bad', ({ dead_letters }) => sum(dead_letters)),
      ],
    }),
    [minutes],
  );
  if (minutes.length === 0) return <p class="faint">Nothing happened in this time.</p>;
  return (
    <div class="charts">
      <Chart title="Notifications a minute" times={at} lines={lines.sent} unit="" hours={hours} />
      <Chart
        title="Report to notification"
        times={at}
        lines={lines.late}
        unit=" ms"
        hours={hours}
      />
      <Chart title="Queues not empty for" times={at} lines={lines.ages} unit=" min" hours={hours} />
      <Chart title="Messages in queues" times={at} lines={lines.waiting} unit="" hours={hours} />
    </div>
  );
}
