/**
 * Limits a PromQL query to the series of one project: each selector gets a matcher on the project's
 * label. Prometheus combines matchers by `and`, so a matcher that the query has itself cannot widen it.
 */
import { promql } from '../on-demand.ts';

/** A query that reads one project only, or why it cannot be limited, for people. */
export type ScopedQuery =
  | { readonly kind: 'scoped'; readonly query: string }
  | { readonly kind: 'refused'; readonly why: string };

/**
 * What a limited query may consist of: ASCII without control characters. Prometheus ends a comment at
 * a carriage return, and the parser here does not: such text would be read differently by the two.
 */
const allowed = /^[\x20-\x7e\n\t]*$/;

/**
 * The query with a matcher on the label in each of its selectors, also within functions,
 * aggregations, subqueries, and before `offset` and `@`. Whatever the parser does not understand
 * completely is refused.
 * @param label a name of a label, without quotes.
 */
export function scopedQuery(
  query: string,
  scope: { readonly label: string; readonly project_id: string },
): ScopedQuery {
  if (!allowed.test(query)) return refused('has characters outside of ASCII');
  const matcher = `${scope.label}=${JSON.stringify(scope.project_id)}`;
  const insertions: Insertion[] = [];
  let why: string | undefined;
  promql()
    .parser.parse(query)
    .iterate({
      enter: ({ type, from, to, node }) => {
        const text = query.slice(from, to);
        why ??= whyRefused({ name: type.name, isError: type.isError, from, text });
        if (type.name === 'VectorSelector') {
          const matchers = node.getChild('LabelMatchers');
          insertions.push(insertionOf(matcher, query, matchers ?? undefined, to));
        }
      },
    });
  if (why !== undefined) return refused(why);
  return { kind: 'scoped', query: inserted(query, insertions) };
}

/** Why a query cannot be limited, or is no query; undefined if it can. */
export function whyUnscoped(query: string): string | undefined {
  const scoped = scopedQuery(query, { label: 'project_id', project_id: '' });
  return scoped.kind === 'refused' ? scoped.why : undefined;
}

const refused = (why: string): ScopedQuery => ({ kind: 'refused', why });

/** A text as Prometheus reads it: one between quotes has no end of a line, escaped or not. */
const wholeText = /^("([^"\\\n]|\\.)*"|'([^'\\\n]|\\.)*'|`[^`]*`)$/;

type Part = {
  readonly name: string;
  readonly isError: boolean;
  readonly from: number;
  readonly text: string;
};

function whyRefused({ name, isError, from, text }: Part): string | undefined {
  if (isError) return `is not valid PromQL at character ${from + 1}`;
  if (name === 'LineComment') return 'has a comment';
  // The parser takes a text that does not end, also one whose last quote is escaped.
  if (name === 'StringLiteral' && !wholeText.test(text)) {
    return `has a text that does not end, at character ${from + 1}`;
  }
  // `info()` reads series that the query does not select.
  return name === 'Info' ? 'has the function info' : undefined;
}

type Insertion = { readonly at: number; readonly text: string };
type Span = { readonly from: number; readonly to: number };

/** Where the matcher goes: first within the braces, or in new ones after the name. */
function insertionOf(
  matcher: string,
  query: string,
  matchers: Span | undefined,
  end: number,
): Insertion {
  if (!matchers) return { at: end, text: `{${matcher}}` };
  const isEmpty = query.slice(matchers.from + 1, matchers.to - 1).trim() === '';
  return { at: matchers.from + 1, text: isEmpty ? matcher : `${matcher},` };
}

function inserted(query: string, insertions: readonly Insertion[]): string {
  let text = '';
  let done = 0;
  for (const { at, text: added } of insertions) {
    text += query.slice(done, at) + added;
    done = at;
  }
  return text + query.slice(done);
}
