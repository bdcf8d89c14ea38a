import { on } from './alter.ts';
import type { Cursor } from './cursor.ts';
import { free, hung, made } from './made.ts';
import { readSignature } from './signature.ts';
import type { Change, ObjectId, ObjectKind } from './types.ts';

/** Parses the rest of `comment on …`. */
export function readComment(cursor: Cursor): Change[] | undefined {
  const kind = cursor.takeOne(
    'function',
    'table',
    'view',
    'column',
    'constraint',
    'index',
    'trigger',
    'policy',
    'schema',
    'type',
    'sequence',
  );
  const of = kind && target(cursor, kind);
  if (of === undefined || !cursor.take('is')) return undefined;
  const hangs = of.relation === '' ? { ...on(of), name: '' } : of;
  return [{ does: 'make', object: made(cursor, { ...hangs, kind: 'comment', of: of.kind }) }];
}

function target(cursor: Cursor, kind: ObjectKind): ObjectId | undefined {
  if (kind === 'function') {
    const signature = readSignature(cursor);
    return signature && free(kind, signature);
  }
  if (kind === 'schema') {
    const name = cursor.name();
    return name === undefined ? undefined : { kind, schema: name, relation: '', name };
  }
  if (kind === 'column') {
    const first = cursor.path();
    if (first === undefined) return undefined;
    if (cursor.take('.')) return hung(kind, first, cursor.name() ?? '');
    return hung(kind, { schema: 'public', name: first.schema }, first.name);
  }
  if (kind === 'constraint' || kind === 'trigger' || kind === 'policy') {
    const name = cursor.name();
    const table = name !== undefined && cursor.take('on') ? cursor.path() : undefined;
    return table && hung(kind, table, name as string);
  }
  const path = cursor.path();
  return path && free(kind, path);
}
