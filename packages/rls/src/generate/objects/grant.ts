import { type Cursor, splitAtCommas } from './cursor.ts';
import { free } from './made.ts';
import { readSignature } from './signature.ts';
import { plainText, type Token } from './tokens.ts';
import type { Change, ObjectId } from './types.ts';

type Target = Pick<ObjectId, 'of' | 'schema' | 'relation'>;

/** Parses the rest of `grant …` or `revoke …`: one change for each object and each role. */
export function readGrant(cursor: Cursor, does: 'grant' | 'revoke'): Change[] | undefined {
  if (does === 'revoke') cursor.take('grant option for');
  const said: Token[] = [];
  while (!cursor.isDone && !cursor.is('on')) {
    if (cursor.is('to') || cursor.is('from')) return readMembership(cursor, does, said);
    said.push(cursor.next() as Token);
  }
  if (!cursor.take('on')) return undefined;
  const privileges = readPrivileges(said);
  const targets = readTargets(cursor);
  if (!cursor.take(does === 'grant' ? 'to' : 'from')) return undefined;
  const roles = cursor.list(() => cursor.name());
  cursor.takeOne('with grant option', 'cascade', 'restrict');
  if (targets === undefined || roles.length === 0 || !cursor.isDone) return undefined;
  if (targets.length === 0) return [{ does: 'run' }];
  return targets.flatMap((target) =>
    roles.map((name): Change => ({ does, id: { kind: 'grant', ...target, name }, privileges })),
  );
}

/** A role that is granted to another: a right on the role. */
function readMembership(
  cursor: Cursor,
  does: 'grant' | 'revoke',
  said: readonly Token[],
): Change[] | undefined {
  cursor.take(does === 'grant' ? 'to' : 'from');
  const members = cursor.list(() => cursor.name());
  const roles = splitAtCommas(said).flatMap(([role]) => role?.value ?? []);
  cursor.rest(); // with inherit true, set true
  return roles.flatMap((relation) =>
    members.map(
      (name): Change => ({
        does,
        id: { kind: 'grant', of: 'role', schema: '', relation, name },
        privileges: ['member'],
      }),
    ),
  );
}

/** `select`, `update (name)`: one for each column. */
function readPrivileges(tokens: readonly Token[]): string[] {
  return splitAtCommas(tokens).flatMap((part) => {
    const start = part.findIndex(({ text }) => text === '(');
    const word = plainText(start === -1 ? part : part.slice(0, start));
    if (word === 'all' || word === 'all privileges') return [];
    if (start === -1) return [word];
    const columns = part.slice(start + 1, -1).filter(({ text }) => text !== ',');
    return columns.map(({ value }) => `${word} (${value})`);
  });
}

/** Empty for rights on the whole database. */
function readTargets(cursor: Cursor): Target[] | undefined {
  const kind = cursor.takeOne(
    'function',
    'procedure',
    'schema',
    'sequence',
    'type',
    'database',
    'all',
    'table',
  );
  if (kind === 'database' || kind === 'all') {
    while (!cursor.isDone && !cursor.is('to') && !cursor.is('from')) cursor.next();
    return [];
  }
  const targets = cursor.list((): Target | undefined => {
    if (kind === 'function' || kind === 'procedure') {
      const signature = readSignature(cursor);
      return signature && onto(free('function', signature));
    }
    if (kind === 'schema') {
      const name = cursor.name();
      return name === undefined ? undefined : { of: 'schema', schema: name, relation: '' };
    }
    const path = cursor.path();
    return path && onto(free(kind ?? 'table', path));
  });
  return targets.length === 0 ? undefined : targets;
}

const onto = ({ kind, schema, name }: ObjectId): Target => ({ of: kind, schema, relation: name });
