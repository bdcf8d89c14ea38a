import type { Cursor } from './cursor.ts';
import { hashOf, plainText } from './tokens.ts';
import type { Change, MadeObject, ObjectId, ObjectKind } from './types.ts';

/** The object that the statement of a cursor creates. */
export function made(cursor: Cursor, id: ObjectId): MadeObject {
  const tokens = cursor.tokens.filter(({ text }) => text !== ';');
  const text = plainText(tokens);
  const names = tokens.filter(({ kind }) => kind === 'word' || kind === 'quoted');
  return {
    ...id,
    text,
    hash: hashOf(text),
    mentions: [...new Set(names.map(({ value }) => value))],
  };
}

export const make = (cursor: Cursor, id: ObjectId, keeps = false): Change => ({
  does: 'make',
  object: made(cursor, id),
  ...(keeps ? { keeps } : {}),
});

/** An object of a schema that depends on no table. */
export const free = (
  kind: ObjectKind,
  path: { readonly schema: string; readonly name: string },
): ObjectId => ({ kind, schema: path.schema, relation: '', name: path.name });

/** An object of a table. */
export const hung = (
  kind: ObjectKind,
  on: { readonly schema: string; readonly name: string },
  name: string,
): ObjectId => ({ kind, schema: on.schema, relation: on.name, name });
