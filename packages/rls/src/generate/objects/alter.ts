import { readConstraint } from './create.ts';
import type { Cursor, Path } from './cursor.ts';
import { free, hung, made } from './made.ts';
import { readSignature } from './signature.ts';
import { hashOf, plainText } from './tokens.ts';
import type { Change, ObjectId } from './types.ts';

/** Parses the rest of `alter …`. */
export function readAlter(cursor: Cursor): Change[] | undefined {
  const kind = cursor.takeOne(
    'table',
    'function',
    'policy',
    'index',
    'view',
    'materialized view',
    'sequence',
    'type',
    'schema',
    'role',
    'default privileges',
    'database',
    'trigger',
    'extension',
  );
  cursor.take('if exists');
  switch (kind) {
    case 'table':
      return readTable(cursor);
    case 'policy': {
      const name = cursor.name();
      const on = name !== undefined && cursor.take('on') ? cursor.path() : undefined;
      return on && altered(cursor, hung('policy', on, name as string));
    }
    case 'trigger': {
      const name = cursor.name();
      const on = name !== undefined && cursor.take('on') ? cursor.path() : undefined;
      return on && altered(cursor, hung('trigger', on, name as string));
    }
    case 'function': {
      const signature = readSignature(cursor);
      if (signature === undefined) return undefined;
      const id = free('function', signature);
      if (cursor.take('owner to')) return owner(cursor, id);
      return altered(cursor, id);
    }
    case 'index':
    case 'view':
    case 'materialized view':
    case 'sequence':
    case 'type': {
      const path = cursor.path();
      const own = kind === 'materialized view' ? 'view' : kind;
      return path && altered(cursor, free(own, path));
    }
    default:
      return kind && [{ does: 'run' }];
  }
}

/** `rename to …`, `set schema …`, or anything else that changes the object itself. */
function altered(cursor: Cursor, id: ObjectId): Change[] {
  if (cursor.take('rename to')) return [{ does: 'rename', id, to: cursor.name() ?? '' }];
  if (cursor.take('set schema')) return [{ does: 'move', id, to: cursor.name() ?? '' }];
  if (cursor.take('owner to')) return owner(cursor, id);
  return [{ does: 'alter', id, text: plainText(cursor.rest()) }];
}

function owner(cursor: Cursor, of: ObjectId): Change[] {
  const role = cursor.name() ?? '';
  const id: ObjectId = { ...on(of), kind: 'owner', of: of.kind, name: '' };
  const object = made(cursor, id);
  return [{ does: 'make', object: { ...object, text: role, hash: hashOf(role) } }];
}

/** The relation of objects that depend on this one. */
export const on = ({ schema, relation, name }: ObjectId) => ({
  schema,
  relation: relation || name,
});

function readTable(cursor: Cursor): Change[] | undefined {
  cursor.take('only');
  const table = cursor.path();
  if (table === undefined) return undefined;
  const changes = cursor.list(() => readAction(cursor, table));
  return changes.length === 0 || !cursor.isDone ? undefined : changes.flat();
}

function readAction(cursor: Cursor, table: Path): Change[] | undefined {
  const rows = cursor.takeOne(
    'enable row level security',
    'force row level security',
    'disable row level security',
    'no force row level security',
  );
  if (rows !== undefined) return [rowSecurity(rows, table)];
  const mode = cursor.takeOne(
    'enable always trigger',
    'enable replica trigger',
    'enable trigger',
    'disable trigger',
  );
  if (mode !== undefined) {
    const name = cursor.name() ?? '';
    const object = { ...hung('trigger mode', table, name), text: mode, hash: hashOf(mode) };
    return [{ does: 'make', object: { ...object, mentions: [table.name, name] } }];
  }
  if (cursor.take('add constraint')) {
    const object = readConstraint(cursor, table);
    return object && [{ does: 'make', object }];
  }
  if (cursor.take('validate constraint'))
    return cursor.name() === undefined ? undefined : [{ does: 'run' }];
  if (cursor.take('drop constraint')) return drop(cursor, table, 'constraint', 'foreign key');
  if (cursor.take('rename constraint')) {
    const name = cursor.name() ?? '';
    const to = (cursor.take('to') && cursor.name()) || '';
    return (['constraint', 'foreign key', 'index'] as const).map((kind) => ({
      does: 'rename',
      id: hung(kind, table, name),
      to,
    }));
  }
  if (cursor.take('rename to')) {
    return [{ does: 'rename', id: free('table', table), to: cursor.name() ?? '' }];
  }
  if (cursor.take('set schema')) {
    return [{ does: 'move', id: free('table', table), to: cursor.name() ?? '' }];
  }
  if (cursor.take('owner to')) return owner(cursor, free('table', table));
  return readColumn(cursor, table);
}

function readColumn(cursor: Cursor, table: Path): Change[] | undefined {
  const action = cursor.takeOne('rename', 'drop', 'alter', 'add');
  if (action === undefined) return cursor.rest().length > 0 ? [{ does: 'run' }] : undefined;
  if (action === 'add') {
    if (!cursor.take('column')) return readToComma(cursor);
    readToComma(cursor);
    return [{ does: 'run' }];
  }
  cursor.take('column');
  if (action === 'drop') return drop(cursor, table, 'column');
  const name = cursor.name() ?? '';
  const id = hung('column', table, name);
  if (action === 'rename') {
    return [{ does: 'rename', id, to: (cursor.take('to') && cursor.name()) || '' }];
  }
  if (cursor.take('set default')) {
    const text = plainText(restOfAction(cursor));
    const object = { ...made(cursor, hung('default', table, name)), text, hash: hashOf(text) };
    return [{ does: 'make', object }];
  }
  if (cursor.take('drop default')) {
    return [{ does: 'drop', id: hung('default', table, name), cascade: false }];
  }
  const isType = cursor.takeOne('set data type', 'type') !== undefined;
  readToComma(cursor);
  return [isType ? { does: 'retype', id } : { does: 'run' }];
}

function drop(cursor: Cursor, table: Path, ...kinds: readonly ObjectId['kind'][]): Change[] {
  cursor.take('if exists');
  const name = cursor.name() ?? '';
  const cascade = cursor.takeOne('cascade', 'restrict') === 'cascade';
  return kinds.map((kind) => ({ does: 'drop', id: hung(kind, table, name), cascade }));
}

function rowSecurity(action: string, table: Path): Change {
  const name = action.includes('force') ? 'force' : 'enable';
  const id = hung('row security', table, name);
  if (/^(disable|no)/.test(action)) return { does: 'drop', id, cascade: false };
  const hash = hashOf(action);
  return { does: 'make', object: { ...id, text: action, hash, mentions: [table.name] } };
}

/** The tokens up to the comma that begins the next action. */
function restOfAction(cursor: Cursor) {
  const tokens = [];
  for (let depth = 0; !cursor.isDone; ) {
    const token = cursor.peek();
    if (token === undefined || (depth === 0 && token.text === ',')) break;
    if ('(['.includes(token.text)) depth += 1;
    if (')]'.includes(token.text)) depth -= 1;
    tokens.push(token);
    cursor.next();
  }
  return tokens;
}

function readToComma(cursor: Cursor): Change[] {
  restOfAction(cursor);
  return [{ does: 'run' }];
}
