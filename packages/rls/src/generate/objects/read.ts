import { name } from '@tenantry/core/sql';
import { readAlter } from './alter.ts';
import { readBlock } from './block.ts';
import { readComment } from './comment.ts';
import { readCreate } from './create.ts';
import { Cursor } from './cursor.ts';
import { readDrop } from './drop.ts';
import { readGrant } from './grant.ts';
import type { Change } from './types.ts';

const runs = new Set(
  [
    'select',
    'insert',
    'update',
    'delete',
    'with',
    'set',
    'reset',
    'truncate',
    'lock',
    'refresh',
  ].concat(['perform', 'call', 'analyze', 'vacuum', 'reindex', 'cluster', 'begin', 'commit']),
);

/** Parses the changes of a statement; undefined when it is not understood. */
export const readStatement = (sql: string): Change[] | undefined => read(Cursor.of(sql));

function read(cursor: Cursor): Change[] | undefined {
  if (cursor.isDone) return []; // only comments
  if (cursor.take('create')) return readCreate(cursor);
  if (cursor.take('alter')) return readAlter(cursor);
  if (cursor.take('drop')) return readDrop(cursor);
  if (cursor.take('grant')) return readGrant(cursor, 'grant');
  if (cursor.take('revoke')) return readGrant(cursor, 'revoke');
  if (cursor.take('comment on')) return readComment(cursor);
  if (cursor.take('do')) {
    const body = cursor.rest().find(({ kind }) => kind === 'body' || kind === 'literal');
    return body && readBlock(body.value, read);
  }
  if (!runs.has(cursor.peek()?.value ?? '')) return undefined;
  return readReference(cursor) ?? [{ does: 'run' }];
}

/** Reads `select tenantry.keep_reference(table, name, definition, mark)` as the statements that it runs. */
function readReference(cursor: Cursor): Change[] | undefined {
  if (!cursor.take('select') || cursor.path()?.name !== 'keep_reference') return undefined;
  const texts = cursor.group()?.filter(({ kind }) => kind === 'literal') ?? [];
  const [table, own, definition, mark] = texts.map(({ value }) => value);
  if (table === undefined || own === undefined) return undefined;
  const key = name(own).sql;
  return [
    `alter table ${table} add constraint ${key} ${definition} not valid`,
    `comment on constraint ${key} on ${table} is '${mark}'`,
  ].flatMap((statement) => read(Cursor.of(statement)) ?? []);
}
