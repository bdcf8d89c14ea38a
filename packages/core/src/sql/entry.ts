import type { Tenancy } from '../tenancy.ts';
import { type Ddl, ddl, join, literal, name } from './ddl.ts';
import { ownedBy } from './owner.ts';

/** Where the application keeps its tenants and their members. */
export interface Directory {
  /** The table of tenants: schema and name. */
  readonly tenants: readonly [schema: string, table: string];
  /** Its id column. */
  readonly id: string;
  /** What else may name a tenant: claim kind → unique column, e.g. `{ slug: 'slug', domain: 'domain' }`. */
  readonly claims: Readonly<Record<string, string>>;
  /** Only tenants where this boolean SQL column is null count, e.g. `deleted_at`. */
  readonly hiddenWhenSet?: string;
  /** The table of memberships: schema and name. */
  readonly members: readonly [schema: string, table: string];
  /** Its tenant column. */
  readonly memberTenant: string;
  /** Its user column, and the type that a user id is cast to. */
  readonly memberUser: string;
  readonly userType: 'uuid' | 'text';
}

/** What a package fetches on entry. */
export interface EntryFacts {
  /**
   * A json or jsonb expression over `entry.tenant` and `entry.member`, the ids found. The member and
   * `on_behalf_of`, the id of whom the user acts for as text, are null where there is none.
   */
  readonly sql: Ddl;
  /**
   * A table that has one row for each member of a tenant that exists, and no other: read for `sql`,
   * it is the membership check as well. Without a user `sql` is not asked, and the facts are null.
   */
  readonly members?: { readonly from: Ddl; readonly tenant: Ddl; readonly member: Ddl };
}

const claimKind = /^[a-z][a-z0-9_]{0,30}$/;

/**
 * `tenantry.enter(by, claim, user_id, on_behalf_of)`: finds the tenant that a claim names, checks that
 * the user is a member, and makes it the tenant of the transaction. It raises TN404 for an unknown
 * tenant and for a foreign one alike, so nobody learns which tenants exist. With a null user only the
 * existence is checked.
 *
 * It runs as the system role, because before it nobody has a tenant whose policies could apply.
 * It returns `{"tenant": …, "facts": {…}}` as text: what packages fetch on entry, such as permissions,
 * is under a name each. All of it is one query, because plpgsql compiles each expression again in
 * every transaction; a text put together, because a cast to json would read it again; and a scalar,
 * because rows of a function go through a tuplestore.
 */
export function entrySql(
  tenancy: Tenancy,
  directory: Directory,
  facts: Readonly<Record<string, EntryFacts>> = {},
): Ddl {
  const system = name(tenancy.roles.system);
  const tenants = name(...directory.tenants);
  const members = name(...directory.members);
  const entry = ddl`
    create or replace function tenantry.enter(by text, claim text, user_id text, on_behalf_of text default null)
    returns text
    language plpgsql stable security definer
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    #variable_conflict use_column
    declare
      answer text;
    begin
      ${join(lookups(tenancy, directory, facts), '\n      els')}
      end if;
      if answer is null then
        ${unknown}
      end if;
      return answer;
    ${malformed(tenancy, directory)}
    end
    $tenantry$;
  `;
  const grants = ddl`
    grant execute on function ${{ sql: signature }} to ${name(tenancy.roles.app)};
    grant usage on schema ${join(schemas(directory))} to ${system};
    grant select on ${tenants}, ${members} to ${system};
  `;
  return join([entry, ownedBy(system, signature), grants], '\n');
}

const signature = 'tenantry.enter(text, text, text, text)';
const unknown = ddl`raise exception 'no such tenant for this user' using errcode = 'TN404';`;

/** A query for each kind of claim, for a user and for none; the most frequent first. */
function lookups(
  tenancy: Tenancy,
  directory: Directory,
  facts: Readonly<Record<string, EntryFacts>>,
): Ddl[] {
  const { hiddenWhenSet } = directory;
  const tenantId = ddl`t.${name(directory.id)}`;
  const userId: Ddl = { sql: `$3${directory.userType === 'uuid' ? '::uuid' : ''}` };
  const vouching = Object.entries(facts).find(([, { members }]) => members !== undefined)?.[0];
  const rows = facts[vouching ?? '']?.members ?? {
    from: ddl`${name(...directory.members)} m`,
    tenant: ddl`m.${name(directory.memberTenant)}`,
    member: ddl`m.${name(directory.memberUser)}`,
  };
  const visible = hiddenWhenSet === undefined ? [] : [ddl`t.${name(hiddenWhenSet)} is null`];
  const tenants = ddl`${name(...directory.tenants)} t`;

  const one = (kind: string, column: string, hasUser: boolean): Ddl => {
    if (!claimKind.test(kind)) throw new TypeError(`claim kind ${JSON.stringify(kind)}`);
    const claim: Ddl = { sql: `$2${kind === 'id' && tenancy.id === 'uuid' ? '::uuid' : ''}` };
    const isMember = ddl`${rows.member} = ${userId}`;
    // whose rows vouch for the tenant too: it does not have to be read
    const alone = hasUser && kind === 'id' && vouching !== undefined && visible.length === 0;
    const [from, where] = alone
      ? [rows.from, [ddl`${rows.tenant} = ${claim}`, isMember]]
      : hasUser
        ? [
            ddl`${tenants} join ${rows.from} on ${rows.tenant} = ${tenantId}`,
            [ddl`t.${name(column)} = ${claim}`, isMember, ...visible],
          ]
        : [tenants, [ddl`t.${name(column)} = ${claim}`, ...visible]];
    const ids = ddl`select ${alone ? rows.tenant : tenantId} as tenant, ${hasUser ? rows.member : ddl`null::${{ sql: directory.userType }}`} as member`;
    return ddl`if $1 = ${literal(kind)} and $3 is ${{ sql: hasUser ? 'not null' : 'null' }} then
        select ${textOf(tenancy, facts, hasUser ? undefined : vouching)} into answer
        from ${from}
          cross join lateral (${ids}) entry
        where ${join(where, ' and ')};`;
  };
  const kinds = Object.entries({ id: directory.id, ...directory.claims });
  return [true, false].flatMap((hasUser) =>
    kinds.map(([kind, column]) => one(kind, column, hasUser)),
  );
}

/** The tenant, which the transaction has from here on, and the facts. */
function textOf(
  tenancy: Tenancy,
  facts: Readonly<Record<string, EntryFacts>>,
  withoutUser: string | undefined,
): Ddl {
  const set = ddl`set_config(${literal(tenancy.setting)}, entry.tenant::text, true)`;
  // nothing in a uuid has to be escaped
  const isUuid = tenancy.id === 'uuid';
  const values = Object.entries(facts).map(([key, { sql }]): [string, Ddl | undefined] => [
    key,
    key === withoutUser ? undefined : ddl`coalesce((${sql})::text, 'null')`,
  ]);
  return concatenated([
    isUuid ? '{"tenant":"' : '{"tenant":',
    isUuid ? set : ddl`to_json(${set})`,
    isUuid ? '","facts":' : ',"facts":',
    ...(values.length === 0 ? ['null'] : ['{']),
    ...values.flatMap(([key, value], i) => [
      `${i === 0 ? '' : ','}${JSON.stringify(key)}:`,
      value ?? 'null',
    ]),
    ...(values.length === 0 ? [] : ['}']),
    '}',
  ]);
}

/** Pieces of text and SQL as one expression; texts next to each other become one. */
function concatenated(pieces: readonly (string | Ddl)[]): Ddl {
  const merged: (string | Ddl)[] = [];
  for (const piece of pieces) {
    const last = merged.at(-1);
    if (typeof piece === 'string' && typeof last === 'string') merged.splice(-1, 1, last + piece);
    else merged.push(piece);
  }
  return join(
    merged.map((piece) => (typeof piece === 'string' ? literal(piece) : piece)),
    ' || ',
  );
}

/** An id that is no uuid belongs to nobody. An error of the same kind within the facts stays one. */
function malformed(tenancy: Tenancy, { userType }: Directory): Ddl {
  const uuid = literal('^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$');
  const wrong = [
    ...(tenancy.id === 'uuid' ? [ddl`($1 = 'id' and $2 !~* ${uuid})`] : []),
    ...(userType === 'uuid' ? [ddl`$3 !~* ${uuid}`] : []),
  ];
  return wrong.length === 0
    ? { sql: '' }
    : ddl`exception when invalid_text_representation then
      if ${join(wrong, ' or ')} then
        ${unknown}
      end if;
      raise;`;
}

const schemas = (directory: Directory) =>
  [...new Set([directory.tenants[0], directory.members[0]])].map((schema) => name(schema));
