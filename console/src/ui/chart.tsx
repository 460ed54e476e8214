/** Lines over time. */
import { useEffect, useRef } from 'preact/hooks';
import UPlot from 'uplot';

export type Line = {
  readonly name: string;
  /** One of the colours of `styles/colours.css`. */
  readonly colour: string;
  /** One value for each time; null if there is none. */
  readonly values: readonly (number | null)[];
};

type ChartProps = {
  /** The subject of the chart, for screen readers and as the heading. */
  readonly title: string;
  /** Seconds since 1970. */
  readonly times: readonly number[];
  readonly lines: readonly Line[];
  readonly unit: string;
  /** How far the chart reaches back from now, in hours. */
  readonly hours: number;
};

const height = 150;

const colourOf = (element: Element, name: string): string =>
  getComputedStyle(element).getPropertyValue(`--${name}`).trim();

const axis = (element: Element, unit = '') => ({
  stroke: colourOf(element, 'faint'),
  grid: { stroke: colourOf(element, 'line'), width: 1 },
  ticks: { show: false },
  font: '11px system-ui',
  values: (_: UPlot, splits: number[]) => splits.map((value) => `${value}${unit}`),
});

/** The times below a chart, in the format of the tables. */
const clockTimes = (_: UPlot, splits: number[]): string[] =>
  splits.map((at) =>
    new Date(at * 1_000).toLocaleTimeString(undefined, {
      hour: '2-digit',
      minute: '2-digit',
      hour12: false,
    }),
  );

/** Screen readers cannot read a chart, so its last values are beside it as text. */
export function Chart({ title, times, lines, unit, hours }: ChartProps) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const timeAxis = { ...axis(element), values: clockTimes };
    const plot = new UPlot(
      {
        width: element.clientWidth,
        height,
        cursor: { show: false },
        legend: { show: false },
        scales: {
          x: { range: () => [Date.now() / 1_000 - hours * 3_600, Date.now() / 1_000] },
          y: { range: (_, __, most) => [0, Math.max(1, most * 1.1)] },
        },
        axes: [timeAxis, { ...axis(element, unit), size: 56 }],
        series: [
          {},
          ...lines.map(({ name, colour }) => ({
            label: name,
            stroke: colourOf(element, colour),
            width: 2,
            // A value between two missing ones is drawn as a point, because a line would not show
            // it.
            points: { show: true, size: 4 },
          })),
        ],
      },
      [[...times], ...lines.map(({ values }) => [...values])],
      element,
    );
    const resized = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height }));
    resized.observe(element);
    return () => {
      resized.disconnect();
      plot.destroy();
    };
  }, [times, lines, unit, hours]);
  return (
    <figure class="chart">
      <figcaption>
        {title}
        {lines.map(({ name, colour, values }) => (
          <span key={name} class={`legend ${colour}`}>
            {name} {values.findLast((value) => value !== null) ?? '–'}
            {unit}
          </span>
        ))}
      </figcaption>
      <div ref={box} class="plot" aria-hidden="true" />
    </figure>
  );
}
