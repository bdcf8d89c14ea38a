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
   * An expression of json, jsonb, or JSON as text, over `entry.tenant` and `entry.member`, the ids
   * found. The member and `on_behalf_of`, the id of whom the user acts for as text, are null where
   * there is none.
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
 * `tenantry.enter_member(tenant, member, on_behalf_of)`: the same check where the claim is the id, in
 * a transaction that has it as its tenant already. It raises `no_data_found`.
 *
 * Both run as the system role, because before them nobody has a tenant whose policies could apply.
 * They return what packages fetch on entry, such as permissions, under a name each; `enter` as
 * `{"tenant": …, "facts": {…}}`. All of it is one query, because plpgsql compiles each expression
 * again in every transaction; a text put together, because a cast to json would read it again; and a
 * scalar, because rows of a function go through a tuplestore.
 */
export function entrySql(
  tenancy: Tenancy,
  directory: Directory,
  facts: Readonly<Record<string, EntryFacts>> = {},
): Ddl {
  const system = name(tenancy.roles.system);
  const tenants = name(...directory.tenants);
  const members = name(...directory.members);
  const idType: Ddl = { sql: tenancy.id };
  const userType: Ddl = { sql: directory.userType };
  const lookUp = lookUps(directory, facts);
  const enter = ddl`
    create or replace function tenantry.enter(by text, claim text, user_id text, on_behalf_of text default null)
    returns text
    language plpgsql stable security definer
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    #variable_conflict use_column
    declare
      answer text;
    begin
      ${join(branches(tenancy, directory, lookUp), '\n      els')}
      end if;
      if answer is null then
        ${unknown}
      end if;
      return answer;
    ${malformed(tenancy, directory)}
    end
    $tenantry$;
  `;
  const byId = lookUp({ kind: 'id', claim: ddl`$1`, user: ddl`$2` });
  const enterMember = ddl`
    create or replace function tenantry.enter_member(tenant ${idType}, member ${userType}, on_behalf_of text)
    returns text
    language plpgsql stable security definer
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    #variable_conflict use_column
    declare
      answer text;
    begin
      select ${concatenated(byId.facts)} into strict answer
      ${byId.rows};
      return answer;
    end
    $tenantry$;
  `;
  const signatures = [
    'tenantry.enter(text, text, text, text)',
    `tenantry.enter_member(${tenancy.id}, ${directory.userType}, text)`,
  ];
  const owned = signatures.map((signature) => ownedBy(system, signature));
  const grants = ddl`
    grant execute on function ${{ sql: signatures.join(', ') }} to ${name(tenancy.roles.app)};
    grant usage on schema ${join(schemas(directory))} to ${system};
    grant select on ${tenants}, ${members} to ${system};
  `;
  return join([enter, enterMember, ...owned, grants], '\n');
}

const unknown = ddl`raise exception 'no such tenant for this user' using errcode = 'TN404';`;

/** A claim and a user, or none, as SQL. */
interface Asked {
  readonly kind: string;
  readonly claim: Ddl;
  readonly user: Ddl | undefined;
}

interface LookUp {
  /** The facts, as pieces of a text. */
  readonly facts: readonly Piece[];
  /** From the tables on: one row of `entry.tenant` and `entry.member`, or none. */
  readonly rows: Ddl;
}

type LookUps = (asked: Asked) => LookUp;

function lookUps(directory: Directory, facts: Readonly<Record<string, EntryFacts>>): LookUps {
  const { hiddenWhenSet } = directory;
  const tenantId = ddl`t.${name(directory.id)}`;
  const vouching = Object.entries(facts).find(([, { members }]) => members !== undefined)?.[0];
  const rows = facts[vouching ?? '']?.members ?? {
    from: ddl`${name(...directory.members)} m`,
    tenant: ddl`m.${name(directory.memberTenant)}`,
    member: ddl`m.${name(directory.memberUser)}`,
  };
  const visible = hiddenWhenSet === undefined ? [] : [ddl`t.${name(hiddenWhenSet)} is null`];
  const tenants = ddl`${name(...directory.tenants)} t`;
  const columns: Readonly<Record<string, string>> = { id: directory.id, ...directory.claims };

  return ({ kind, claim, user }) => {
    const named = ddl`t.${name(columns[kind] ?? '')} = ${claim}`;
    // whose rows vouch for the tenant too: it does not have to be read
    const alone =
      user !== undefined && kind === 'id' && vouching !== undefined && visible.length === 0;
    const isMember = user === undefined ? [] : [ddl`${rows.member} = ${user}`];
    const [from, where] = alone
      ? [rows.from, [ddl`${rows.tenant} = ${claim}`, ...isMember]]
      : user !== undefined
        ? [
            ddl`${tenants} join ${rows.from} on ${rows.tenant} = ${tenantId}`,
            [named, ...isMember, ...visible],
          ]
        : [tenants, [named, ...visible]];
    const member = user === undefined ? ddl`null::${{ sql: directory.userType }}` : rows.member;
    return {
      facts: factsOf(facts, user === undefined ? vouching : undefined),
      rows: ddl`from ${from}
          cross join lateral (select ${alone ? rows.tenant : tenantId} as tenant, ${member} as member) entry
        where ${join(where, ' and ')}`,
    };
  };
}

/** A query for each kind of claim, for a user and for none; the most frequent first. */
function branches(tenancy: Tenancy, directory: Directory, lookUp: LookUps): Ddl[] {
  const user: Ddl = { sql: `$3${directory.userType === 'uuid' ? '::uuid' : ''}` };
  const branch = (kind: string, hasUser: boolean): Ddl => {
    if (!claimKind.test(kind)) throw new TypeError(`claim kind ${JSON.stringify(kind)}`);
    const claim: Ddl = { sql: `$2${kind === 'id' && tenancy.id === 'uuid' ? '::uuid' : ''}` };
    const { facts, rows } = lookUp({ kind, claim, user: hasUser ? user : undefined });
    return ddl`if $1 = ${literal(kind)} and $3 is ${{ sql: hasUser ? 'not null' : 'null' }} then
        select ${entryText(tenancy, facts)} into answer
        ${rows};`;
  };
  const kinds = Object.keys({ id: directory.id, ...directory.claims });
  return [true, false].flatMap((hasUser) => kinds.map((kind) => branch(kind, hasUser)));
}

/** The facts of all packages as one JSON object; null where there are none. */
function factsOf(
  facts: Readonly<Record<string, EntryFacts>>,
  withoutUser: string | undefined,
): Piece[] {
  const values = Object.entries(facts).map(([key, { sql }]): [string, Ddl | undefined] => [
    key,
    key === withoutUser ? undefined : ddl`coalesce((${sql})::text, 'null')`,
  ]);
  if (values.length === 0) return ['null'];
  return [
    '{',
    ...values.flatMap(([key, value], i) => [
      `${i === 0 ? '' : ','}${JSON.stringify(key)}:`,
      value ?? 'null',
    ]),
    '}',
  ];
}

/** The tenant, which the transaction has from here on, and the facts. */
function entryText(tenancy: Tenancy, facts: readonly Piece[]): Ddl {
  const set = ddl`set_config(${literal(tenancy.setting)}, entry.tenant::text, true)`;
  // nothing in a uuid has to be escaped
  return tenancy.id === 'uuid'
    ? concatenated(['{"tenant":"', set, '","facts":', ...facts, '}'])
    : concatenated(['{"tenant":', ddl`to_json(${set})`, ',"facts":', ...facts, '}']);
}

/** What a text is put together of: texts that are known now, and SQL. */
type Piece = string | Ddl;

/** Pieces as one expression; texts next to each other become one. */
function concatenated(pieces: readonly Piece[]): Ddl {
  const merged: Piece[] = [];
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
