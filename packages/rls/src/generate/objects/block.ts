import { Cursor } from './cursor.ts';
import { type Token, tokensOf } from './tokens.ts';
import type { Change } from './types.ts';

const begins = new Set(['begin', 'then', 'else', 'loop', 'declare']);
const makes = new Set(['create', 'alter', 'drop', 'grant', 'revoke', 'comment']);

/**
 * Parses `do $$ … $$`: its literal statements, and that of `execute '…'`. Statements that it builds at
 * run time are unknown; they only remove or repeat objects.
 */
export function readBlock(body: string, read: (cursor: Cursor) => Change[] | undefined): Change[] {
  const changes: Change[] = [{ does: 'run' }];
  for (const statement of statementsOf(tokensOf(body))) {
    const [first] = statement;
    const inner =
      first?.value === 'execute' ? textOf(statement) : makes.has(first?.value ?? '') && statement;
    if (!inner) continue;
    for (const change of read(new Cursor(inner)) ?? []) {
      if (!isCertain(change)) continue;
      // a stub is created only when the function does not exist
      const keeps = change.does === 'make' && change.object.kind === 'function';
      changes.push(keeps ? { ...change, keeps } : change);
    }
  }
  return changes;
}

const gone = new Set(['function', 'trigger', 'policy', 'foreign key', 'constraint', 'index']);

/** Changes of tables in a block depend on what it finds, and are undone at its end. */
function isCertain({ does, ...change }: Change): boolean {
  if (does === 'rename' || does === 'move' || does === 'retype') return false;
  return does !== 'drop' || ('id' in change && gone.has(change.id.kind));
}

/** The statements between semicolons, without the words that open a block. */
function statementsOf(tokens: readonly Token[]): Token[][] {
  const statements: Token[][] = [[]];
  for (const token of tokens) {
    const current = statements.at(-1) as Token[];
    if (token.text === ';') statements.push([]);
    else if (
      token.kind === 'word' &&
      begins.has(token.value) &&
      !makes.has(current[0]?.value ?? '')
    )
      statements[statements.length - 1] = [];
    else current.push(token);
  }
  return statements.filter(({ length }) => length > 0);
}

/** The statement in `execute '…'` or `execute replace('…', …)`; none when `format` builds it. */
function textOf(statement: readonly Token[]): Token[] | undefined {
  if (statement.some(({ value, kind }) => kind === 'word' && value === 'format')) return undefined;
  const literal = statement.find(
    ({ kind, value }) => (kind === 'literal' || kind === 'body') && /^\s*create/.test(value),
  );
  return literal && tokensOf(literal.value);
}
