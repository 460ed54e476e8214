import fc from 'fast-check';
import { expect, test } from 'vitest';
import { scopedQuery } from '../../../domain/alarms/scoped-query.ts';
import { promql } from '../../../domain/on-demand.ts';

const scope = { label: 'project_id', project_id: 'p-1' };
const p = 'project_id="p-1"';
const scoped = (query: string) => scopedQuery(query, scope);

test.each([
  ['up', `up{${p}}`],
  ['up{}', `up{${p}}`],
  ['up{ }', `up{${p} }`],
  ['{__name__="up"}', `{${p},__name__="up"}`],
  ['{__name__=~".+"}', `{${p},__name__=~".+"}`],
  ['up{job="a",}', `up{${p},job="a",}`],
  ['{"my.metric", "a b"="c"}', `{${p},"my.metric", "a b"="c"}`],
  // A tenant's own matcher on the label cannot widen the query, because both matchers must hold.
  ['up{project_id=~".*"}', `up{${p},project_id=~".*"}`],
  ['up{project_id!="p-1"}', `up{${p},project_id!="p-1"}`],
  ['up{"project_id"=~".*"}', `up{${p},"project_id"=~".*"}`],
  ['up[5m]', `up{${p}}[5m]`],
  ['up offset 5m', `up{${p}} offset 5m`],
  ['up offset -5m', `up{${p}} offset -5m`],
  ['up @ 1609746000', `up{${p}} @ 1609746000`],
  ['up @ end()', `up{${p}} @ end()`],
  ['sum by (a) (rate(foo[5m] offset 1m))', `sum by (a) (rate(foo{${p}}[5m] offset 1m))`],
  ['sum(foo) without(a)', `sum(foo{${p}}) without(a)`],
  ['topk(3, foo)', `topk(3, foo{${p}})`],
  ['count_values("x", foo)', `count_values("x", foo{${p}})`],
  ['max_over_time((foo > 1)[5m:1m] @ start())', `max_over_time((foo{${p}} > 1)[5m:1m] @ start())`],
  ['rate(foo[5m:])', `rate(foo{${p}}[5m:])`],
  ['a + on(x) group_left(y) b', `a{${p}} + on(x) group_left(y) b{${p}}`],
  ['a and b or c unless d', `a{${p}} and b{${p}} or c{${p}} unless d{${p}}`],
  ['-a ^ 2', `-a{${p}} ^ 2`],
  ['a == bool b', `a{${p}} == bool b{${p}}`],
  ['absent(a{job="x"})', `absent(a{${p},job="x"})`],
  [
    'label_replace(up, "project_id", "$1", "x", "(.*)")',
    `label_replace(up{${p}}, "project_id", "$1", "x", "(.*)")`,
  ],
  ['foo{a="} or up{"}', `foo{${p},a="} or up{"}`],
  ['foo{a=`} or up`}', `foo{${p},a=\`} or up\`}`],
  [`foo{a='it\\'s'}`, `foo{${p},a='it\\'s'}`],
  // Keywords of the language may also be names of metrics.
  ['sum', `sum{${p}}`],
  ['by', `by{${p}}`],
  ['start', `start{${p}}`],
  ['Infinity', `Infinity{${p}}`],
  ['job:rate:sum', `job:rate:sum{${p}}`],
  ['foo smoothed', `foo{${p}} smoothed`],
  // A query without a selector reads no series.
  ['42', '42'],
  ['time()', 'time()'],
  ['vector(1)', 'vector(1)'],
  ['"text"', '"text"'],
])('%s is limited to the project', (query, expected) => {
  expect(scoped(query)).toEqual({ kind: 'scoped', query: expected });
});

test.each([
  ['', 'is not valid PromQL at character 1'],
  ['up{', 'is not valid PromQL at character 4'],
  ['up down', 'is not valid PromQL at character 4'],
  // VictoriaMetrics allows `or` within braces, where it would make the project's matcher optional.
  ['up{a="b" or c="d"}', 'is not valid PromQL at character 10'],
  ['up{a="b"}{c="d"}', 'is not valid PromQL at character 10'],
  ['foo.bar', 'is not valid PromQL at character 4'],
  ['"text', 'has a text that does not end, at character 1'],
  ['label_replace(up, "a', 'has a text that does not end, at character 19'],
  ['"text\\"', 'has a text that does not end, at character 1'],
  ["'text\\'", 'has a text that does not end, at character 1'],
  // What reads on after the end of the line would find other texts, and other selectors, than the parser.
  [
    'label_replace(up, "a\\"\n, "x", ") or up or (", "z")',
    'has a text that does not end, at character 19',
  ],
  ['"a\\\nb"', 'has a text that does not end, at character 1'],
  ['up # up', 'has a comment'],
  // Prometheus ends the comment at the carriage return, and would then read `or down`.
  ['up # \r or down', 'has characters outside of ASCII'],
  ['up # \u2028 or down', 'has characters outside of ASCII'],
  ['info(up)', 'has the function info'],
  ['info(up, {a="b"})', 'has the function info'],
])('%j is refused', (query, why) => {
  expect(scoped(query)).toEqual({ kind: 'refused', why });
});

test('the id of a project cannot end its matcher', () => {
  const evil = { label: 'project', project_id: 'a"} or up{b="\\' };
  expect(scopedQuery('up', evil)).toEqual({
    kind: 'scoped',
    query: 'up{project="a\\"} or up{b=\\"\\\\"}',
  });
});

/** Queries of the grammar, nested at random. */
const queries = fc.letrec<{ query: string }>((tie) => ({
  query: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom(
      'up',
      'foo{a="b"}',
      '{__name__=~".+"}',
      'x{project_id=~".*"}',
      'y{}',
      'z offset 5m',
    ),
    fc
      .tuple(
        tie('query'),
        fc.constantFrom('+', '==', 'and', 'or', 'unless', '/ on(a)'),
        tie('query'),
      )
      .map((parts) => parts.join(' ')),
    tie('query').map((inner) => `sum by (a) (${inner})`),
    tie('query').map((inner) => `max_over_time((${inner})[5m:1m])`),
    tie('query').map((inner) => `(${inner}) > bool 1`),
    tie('query').map((inner) => `label_replace(${inner}, "a", "} or up{", "b", "(.*)")`),
  ),
})).query;

/** The selectors of a query, as texts. */
function selectorsOf(query: string): string[] {
  const found: string[] = [];
  promql()
    .parser.parse(query)
    .iterate({
      enter: ({ type, from, to }) => {
        expect(type.isError).toBe(false);
        if (type.name === 'VectorSelector') found.push(query.slice(from, to));
      },
    });
  return found;
}

test('every selector of any query has the project, and no selector is lost', () => {
  fc.assert(
    fc.property(queries, (query) => {
      const limited = scoped(query);
      expect(limited.kind).toBe('scoped');
      const text = limited.kind === 'scoped' ? limited.query : '';
      const selectors = selectorsOf(text);
      expect(selectors).toHaveLength(selectorsOf(query).length);
      for (const each of selectors) expect(each).toContain(`{${p}`);
    }),
  );
});

test('any text is either refused, or every selector in it has the project', () => {
  const pieces = fc.constantFrom(
    'up',
    '{',
    '}',
    '"',
    "'",
    '`',
    '\\',
    '#',
    '\n',
    '\r',
    ' or ',
    'a="b"',
    ',',
    '(',
    ')',
    '[5m]',
    'sum',
    ' ',
    '=~".*"',
    'project_id',
    '@',
    'offset ',
    '5m',
    'é',
  );
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 12 }), (parts) => {
      const limited = scoped(parts.join(''));
      if (limited.kind === 'refused') return;
      for (const each of selectorsOf(limited.query)) expect(each).toContain(`{${p}`);
    }),
    { numRuns: 2000 },
  );
});
