/**
 * Shell globs of event types. Aodh matches event types with Python's `fnmatch.fnmatchcase`: `*`,
 * `?`, `[ij]`, `[a-z]`, `[!i]`; the whole string, case sensitive, no braces, no escapes.
 * Source: CPython `Lib/fnmatch.py`, `translate`.
 */

/**
 * `*` matches any number of characters, another text matches itself, a function matches one
 * character.
 */
type Token = string | ((char: string) => boolean);

/**
 * Whether the glob matches the whole text. Only the last star is ever retried, so the number of
 * steps is at most the length of the glob plus the square of the length of the text.
 */
export function globMatches(glob: string, text: string): boolean {
  const tokens = tokensOf(glob);
  const chars = Array.from(text);
  let token = 0;
  let char = 0;
  let lastStar: { token: number; char: number } | undefined;
  while (char < chars.length) {
    const current = tokens[token];
    if (current === '*') {
      lastStar = { token, char };
      token += 1;
    } else if (takes(current, chars[char] ?? '')) {
      token += 1;
      char += 1;
    } else if (lastStar) {
      lastStar.char += 1;
      token = lastStar.token + 1;
      char = lastStar.char;
    } else {
      return false;
    }
  }
  return tokens.slice(token).every((rest) => rest === '*');
}

/** Whether the glob has no wildcards, so that it only matches itself. */
export const isLiteral = (glob: string): boolean =>
  tokensOf(glob).every((token) => typeof token === 'string' && token !== '*');

function takes(token: Token | undefined, char: string): boolean {
  return typeof token === 'function' ? token(char) : token === char;
}

/** The tokens of a glob. Several stars in a row become one. */
function tokensOf(glob: string): Token[] {
  const chars = Array.from(glob);
  const lastClose = chars.lastIndexOf(']');
  const tokens: Token[] = [];
  for (let at = 0; at < chars.length; at += 1) {
    const char = chars[at] ?? '';
    const end = char === '[' && at < lastClose ? endOfSet(chars, at) : -1;
    if (end > 0) {
      tokens.push(setOf(chars.slice(at + 1, end)));
      at = end;
    } else if (char === '?') {
      tokens.push(() => true);
    } else if (char !== '*' || tokens.at(-1) !== '*') {
      tokens.push(char);
    }
  }
  return tokens;
}

/**
 * The position of the `]` that closes the set opened at `[`; -1 if there is none: then the bracket
 * matches itself. A `]` directly after `[` or `[!` is a member of the set.
 */
function endOfSet(chars: readonly string[], open: number): number {
  const first = chars[open + 1] === '!' ? open + 2 : open + 1;
  return chars.indexOf(']', first + 1);
}

/** The token of a set of characters and ranges. A range that runs backwards is empty. */
function setOf(inside: readonly string[]): Token {
  const negated = inside[0] === '!';
  const members = negated ? inside.slice(1) : inside;
  const ranges: { from: number; to: number }[] = [];
  for (let at = 0; at < members.length; at += 1) {
    const isRange = members[at + 1] === '-' && at + 2 < members.length;
    ranges.push({ from: codeOf(members[at]), to: codeOf(members[isRange ? at + 2 : at]) });
    if (isRange) at += 2;
  }
  return (char) => {
    const code = codeOf(char);
    return ranges.some(({ from, to }) => from <= code && code <= to) !== negated;
  };
}

const codeOf = (char = ''): number => char.codePointAt(0) ?? -1;
