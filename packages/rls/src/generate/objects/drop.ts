import type { Cursor } from './cursor.ts';
import { free, hung } from './made.ts';
import { readSignature } from './signature.ts';
import type { Change, ObjectId, ObjectKind } from './types.ts';

const kinds: Readonly<Record<string, ObjectKind>> = {
  table: 'table',
  'materialized view': 'view',
  view: 'view',
  sequence: 'sequence',
  type: 'type',
  domain: 'type',
  index: 'index',
  schema: 'schema',
  role: 'role',
};

/** Parses the rest of `drop …`. */
export function readDrop(cursor: Cursor): Change[] | undefined {
  const kind = cursor.takeOne(
    'function',
    'procedure',
    'trigger',
    'policy',
    'extension',
    'publication',
    'owned by',
    ...Object.keys(kinds),
  );
  cursor.take('concurrently');
  cursor.take('if exists');
  if (kind === undefined) return undefined;
  if (kind === 'extension' || kind === 'publication' || kind === 'owned by') {
    return [{ does: 'run' }];
  }
  const ids = cursor.list((): ObjectId | undefined => {
    if (kind === 'function' || kind === 'procedure') {
      const signature = readSignature(cursor);
      return signature && free('function', signature);
    }
    if (kind === 'trigger' || kind === 'policy') {
      const name = cursor.name();
      const on = name !== undefined && cursor.take('on') ? cursor.path() : undefined;
      return on && hung(kind, on, name as string);
    }
    if (kind === 'schema' || kind === 'role') {
      const name = cursor.name() ?? '';
      return { kind, schema: kind === 'schema' ? name : '', relation: '', name };
    }
    const path = cursor.path();
    return path && free(kinds[kind] as ObjectKind, path);
  });
  const cascade = cursor.take('cascade');
  cursor.take('restrict');
  if (ids.length === 0 || !cursor.isDone) return undefined;
  return ids.map((id) => ({ does: 'drop', id, cascade }));
}
