import type { Expression, Select } from './expression.ts';
import type { TokenReader } from './token-reader.ts';

type ReadExpression = () => Expression;

const ends = [
  'where',
  'group',
  'order',
  'limit',
  'offset',
  'having',
  'union',
  'except',
  'intersect',
  'for',
  'window',
  ')',
];
const joins = new Set([
  'join',
  'left',
  'right',
  'full',
  'inner',
  'outer',
  'cross',
  'natural',
  'lateral',
  'only',
  'as',
  'on',
  'using',
]);

/** Parses a sub-select up to its closing bracket, which stays unread. */
export function parseSelect(reader: TokenReader, expression: ReadExpression): Select {
  let opaque = !reader.take('select');
  if (opaque) reader.next(); // WITH and VALUES
  if (reader.take('distinct') && reader.take('on') && reader.take('(')) reader.skipGroup();
  const items: Expression[] = [];
  while (!reader.atEnd() && !reader.is('from', ...ends)) {
    items.push(expression());
    if (reader.take('as')) reader.next();
    if (!reader.take(',') && !reader.is('from', ...ends)) {
      opaque = true;
      reader.next();
    }
  }
  const hasFrom = reader.take('from');
  const from = hasFrom ? readFrom(reader, expression) : nothing();
  let where = reader.take('where') ? expression() : undefined;
  for (const condition of from.conditions) {
    where = where === undefined ? condition : { kind: 'and', items: [where, condition] };
  }
  // GROUP BY, ORDER BY and LIMIT only remove rows; UNION adds rows of another query
  while (!reader.atEnd() && !reader.is(')')) {
    if (reader.is('union', 'except', 'intersect')) opaque = true;
    if (reader.next()?.value === '(') reader.skipGroup();
  }
  return {
    kind: 'select',
    items,
    sources: from.sources,
    functions: from.functions,
    hasFrom,
    where,
    opaque: opaque || from.opaque,
  };
}

interface From {
  readonly sources: Set<string>;
  readonly functions: string[];
  readonly conditions: Expression[];
  opaque: boolean;
}

const nothing = (): From => ({ sources: new Set(), functions: [], conditions: [], opaque: false });

/** The names of the tables in FROM, their aliases, and the conditions of inner joins. */
function readFrom(reader: TokenReader, expression: ReadExpression): From {
  const from = nothing();
  let depth = 0;
  let outer = false;
  while (!reader.atEnd() && (depth > 0 || !reader.is(...ends))) {
    const token = reader.peek();
    if (token === undefined) break;
    if (reader.take('(')) {
      if (reader.is('select', 'with', 'values')) {
        from.opaque = true;
        reader.skipGroup();
      } else depth++;
    } else if (reader.take(')')) depth--;
    else if (reader.take('on')) {
      const condition = expression();
      // the condition of an outer join removes no rows
      if (!outer) from.conditions.push(condition);
      outer = false;
    } else {
      reader.next();
      if (token.kind === 'word' && ['left', 'right', 'full'].includes(token.value)) outer = true;
      const isName = token.kind === 'name' || (token.kind === 'word' && !joins.has(token.value));
      if (!isName) continue;
      const path = [token.value];
      while (reader.take('.')) path.push(reader.next()?.value ?? '');
      if (reader.take('(')) {
        reader.skipGroup();
        from.functions.push(path.join('.'));
      }
      from.sources.add(path.at(-1) ?? '');
    }
  }
  return from;
}
