import { useMemo } from 'preact/hooks';
import { ask } from '../../api/client.ts';
import { useEvery } from '../../live/use-every.ts';
import { useLive } from '../../live/use-live.ts';
import { Loading, Problem, Section } from '../../ui/basics.tsx';
import { Chart } from '../../ui/chart.tsx';

const hours = 3;
const everyMs = 60_000;

/** The outcomes with their words and colours. */
const outcomes = [
  ['delivered', 'delivered', 'good'],
  ['retried', 'to be retried', 'accent'],
  ['given_up', 'given up', 'bad'],
  ['refused', 'refused', 'warn'],
] as const;

/** The attempts of webhooks in each minute of the last hours, by outcome. */
export function Outcomes() {
  const live = useLive(
    (signal) => ask('GET /doctor/v1/rates', { query: { hours }, signal }),
    ['alarms'],
  );
  const { data, refresh } = live;
  useEvery(everyMs, refresh);
  const shown = useMemo(() => {
    const minutes = data?.minutes ?? [];
    return {
      times: minutes.map(({ at }) => Date.parse(at) / 1_000),
      lines: outcomes.map(([outcome, name, colour]) => {
        const values = minutes.map(({ webhooks }) => webhooks[outcome]);
        const total = values.reduce((sum, each) => sum + each, 0);
        return { name: `${name}: ${total}, in the last minute`, colour, values };
      }),
    };
  }, [data]);
  return (
    <Section title="Webhooks of the last hours">
      <Problem text={live.error} />
      {data ? (
        <Chart title="Webhooks a minute, by outcome" {...shown} unit="" hours={hours} />
      ) : (
        <Loading unless={live.error} />
      )}
    </Section>
  );
}
