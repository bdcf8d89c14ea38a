import type { Cursor } from './cursor.ts';
import { free, hung, made, make } from './made.ts';
import { readSignature } from './signature.ts';
import { hashOf, plainText } from './tokens.ts';
import type { Change, MadeObject } from './types.ts';

/** Parses the rest of `create …`. */
export function readCreate(cursor: Cursor): Change[] | undefined {
  cursor.take('or replace');
  const kind = cursor.takeOne(
    'schema',
    'role',
    'type',
    'domain',
    'unlogged table',
    'table',
    'sequence',
    'materialized view',
    'view',
    'function',
    'procedure',
    'constraint trigger',
    'trigger',
    'policy',
    'unique index',
    'index',
    'extension',
    'statistics',
    'publication',
  );
  switch (kind) {
    case 'schema':
    case 'role': {
      const keeps = cursor.take('if not exists');
      const name = cursor.name();
      if (name === undefined) return undefined;
      const schema = kind === 'schema' ? name : '';
      return [make(cursor, { kind, schema, relation: '', name }, keeps)];
    }
    case 'type':
    case 'domain':
      return ofSchema(cursor, 'type');
    case 'sequence':
      return ofSchema(cursor, 'sequence');
    case 'view':
    case 'materialized view':
      return ofSchema(cursor, 'view');
    case 'table':
    case 'unlogged table':
      return readTable(cursor);
    case 'function':
    case 'procedure': {
      const signature = readSignature(cursor);
      return signature && [make(cursor, free('function', signature))];
    }
    case 'trigger':
    case 'constraint trigger':
    case 'policy':
      return ofTable(cursor, kind === 'policy' ? 'policy' : 'trigger');
    case 'index':
    case 'unique index':
      return readIndex(cursor, kind);
    default:
      return kind && [{ does: 'run' }];
  }
}

function ofSchema(cursor: Cursor, kind: 'type' | 'sequence' | 'view'): Change[] | undefined {
  const keeps = cursor.take('if not exists');
  const path = cursor.path();
  return path && [make(cursor, free(kind, path), keeps)];
}

/** `create trigger x … on projects …`, `create policy x on projects …` */
function ofTable(cursor: Cursor, kind: 'trigger' | 'policy'): Change[] | undefined {
  const name = cursor.name();
  const on = name !== undefined && cursor.skipTo('on') ? cursor.path() : undefined;
  return on && [make(cursor, hung(kind, on, name as string))];
}

/** The definition of an index, independent of the name of its table. */
function readIndex(cursor: Cursor, kind: 'index' | 'unique index'): Change[] | undefined {
  cursor.take('concurrently');
  const keeps = cursor.take('if not exists');
  const name = cursor.name();
  if (name === undefined || !cursor.take('on')) return undefined;
  cursor.take('only');
  const on = cursor.path();
  if (on === undefined) return undefined;
  const text = `${kind} ${plainText(cursor.rest())}`;
  const object = { ...made(cursor, hung('index', on, name)), text, hash: hashOf(text) };
  return [{ does: 'make', object, ...(keeps ? { keeps } : {}) }];
}

/** A table and its named constraints. */
function readTable(cursor: Cursor): Change[] | undefined {
  const keeps = cursor.take('if not exists');
  const path = cursor.path();
  if (path === undefined) return undefined;
  const table = make(cursor, free('table', path), keeps);
  if (!cursor.take('(')) return [table];
  const constraints: Change[] = [];
  for (let depth = 1; depth > 0 && cursor.peek() !== undefined; ) {
    if (depth === 1 && cursor.take('constraint')) {
      const object = readConstraint(cursor, path);
      if (object !== undefined) constraints.push({ does: 'make', object });
      continue;
    }
    const { text } = cursor.next() ?? { text: ')' };
    if (text === '(') depth += 1;
    if (text === ')') depth -= 1;
  }
  return [table, ...constraints];
}

/** Parses `projects_pkey primary key (…)`, in a table definition or added to a table. */
export function readConstraint(
  cursor: Cursor,
  on: { readonly schema: string; readonly name: string },
): MadeObject | undefined {
  const name = cursor.name();
  if (name === undefined) return undefined;
  const isForeign = cursor.is('foreign');
  const tokens = [];
  for (let depth = 0; cursor.peek() !== undefined; ) {
    const token = cursor.peek();
    if (token === undefined || token.text === ';') break;
    if (depth === 0 && (token.text === ',' || token.text === ')')) break;
    if (token.text === '(') depth += 1;
    if (token.text === ')') depth -= 1;
    tokens.push(token);
    cursor.next();
  }
  const text = plainText(tokens);
  const names = tokens.filter(({ kind }) => kind === 'word' || kind === 'quoted');
  return {
    ...made(cursor, hung(isForeign ? 'foreign key' : 'constraint', on, name)),
    text,
    hash: hashOf(text),
    mentions: names.map(({ value }) => value),
  };
}
