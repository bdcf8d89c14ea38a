import type { Tenancy } from '../tenancy.ts';
import { type Ddl, ddl, join, literal, name } from './ddl.ts';
import { ownedBySystem } from './owner.ts';

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
   * A json or jsonb expression, in which `tenant` is the tenant, `member` the user, or null, and
   * `on_behalf_of` the id of whom the user acts for, or null, as text. Columns in it are qualified.
   */
  readonly sql: Ddl;
  /**
   * Whether it is null for whoever is no member of a tenant that exists. Then it is the membership
   * check, and an entry of a user reads one row less, or two.
   */
  readonly vouches?: boolean;
}

const claimKind = /^[a-z][a-z0-9_]{0,30}$/;

/**
 * `tenantry.enter(by, claim, user_id, on_behalf_of)`: finds the tenant that a claim names, checks that the user is
 * a member, and makes it the tenant of the transaction, in one statement. It raises TN404 for an
 * unknown tenant and for a foreign one alike, so nobody learns which tenants exist. With a null user
 * only the existence is checked; `on_behalf_of` is for the facts.
 *
 * It runs as the system role, because before it nobody has a tenant whose policies could apply.
 * It returns `{"tenant": …, "facts": {…}}` as text: what packages fetch on entry, such as permissions,
 * is under a name each. It is put together, not cast to json, which would read all of it again; and it
 * is a scalar, because rows of a function go through a tuplestore.
 */
export function entrySql(
  tenancy: Tenancy,
  directory: Directory,
  facts: Readonly<Record<string, EntryFacts>> = {},
): Ddl {
  const { hiddenWhenSet } = directory;
  const tenants = name(...directory.tenants);
  const id = name(directory.id);
  const members = name(...directory.members);
  const system = name(tenancy.roles.system);
  const vouching = Object.entries(facts).find(([, { vouches }]) => vouches === true);
  const isMember = ddl`(member is null or exists (
            select from ${members} m
            where m.${name(directory.memberTenant)} = t.${id} and m.${name(directory.memberUser)} = member))`;
  const kinds = Object.entries({ id: directory.id, ...directory.claims });
  const lookups = kinds.map(([kind, column]) => {
    if (!claimKind.test(kind)) throw new TypeError(`claim kind ${JSON.stringify(kind)}`);
    const conditions = [
      ddl`t.${name(column)} = ${{ sql: kind === 'id' ? 'tenant' : '$2' }}`,
      ...(hiddenWhenSet === undefined ? [] : [ddl`t.${name(hiddenWhenSet)} is null`]),
      ...(vouching === undefined ? [isMember] : []),
    ];
    return ddl`if $1 = ${literal(kind)} then
        select t.${id} into tenant from ${tenants} t
        where ${join(conditions, '\n          and ')};`;
  });
  // whose facts vouch for the tenant too: nothing else has to be read
  const first =
    vouching === undefined || hiddenWhenSet !== undefined
      ? { sql: '' }
      : ddl`if $1 = 'id' and member is not null then
        null;
      els`;
  const entry = ddl`
    create or replace function tenantry.enter(by text, claim text, user_id text, on_behalf_of text default null)
    returns text
    language plpgsql stable security definer
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    #variable_conflict use_variable
    declare
      tenant ${tenants}.${id}%type;
      member ${{ sql: directory.userType }};
      vouched text;
    begin
      begin
        member := $3;
        if $1 = 'id' then tenant := $2; end if;
      exception when data_exception then -- no uuid, or too long for an id
        ${unknown}
      end;
      ${first}${join(lookups, '\n      els')}
      end if;
      if tenant is null then
        ${unknown}
      end if;
      ${vouching === undefined ? { sql: '' } : vouch(vouching[1])}return '{"tenant":' || ${asJson(tenancy, ddl`set_config(${literal(tenancy.setting)}, tenant::text, true)`)}
        || ',"facts":' || ${textOf(facts, vouching?.[0])} || '}';
    end
    $tenantry$;
  `;
  const grants = ddl`
    grant execute on function tenantry.enter(text, text, text, text) to ${name(tenancy.roles.app)};
    grant usage on schema ${join(schemas(directory))} to ${system};
    grant select on ${tenants}, ${members} to ${system};
  `;
  return join(
    [entry, ownedBySystem(system, 'tenantry.enter(text, text, text, text)'), grants],
    '\n',
  );
}

const unknown = ddl`raise exception 'no such tenant for this user' using errcode = 'TN404';`;

const vouch = (facts: EntryFacts): Ddl => ddl`if member is not null then
        vouched := (${facts.sql})::text;
        if vouched is null then
          ${unknown}
        end if;
      end if;
      `;

function textOf(facts: Readonly<Record<string, EntryFacts>>, vouching: string | undefined): Ddl {
  const pairs = Object.entries(facts).map(([key, { sql }], index) => {
    const text = key === vouching ? ddl`vouched` : ddl`(${sql})::text`;
    const named = literal(`${index === 0 ? '{' : ','}${JSON.stringify(key)}:`);
    return ddl`${named} || coalesce(${text}, 'null')`;
  });
  return pairs.length === 0 ? ddl`'null'` : ddl`${join(pairs, ' || ')} || '}'`;
}

/** A tenant id as JSON; nothing in a uuid has to be escaped. */
const asJson = ({ id }: Tenancy, text: Ddl): Ddl =>
  id === 'uuid' ? ddl`'"' || ${text} || '"'` : ddl`to_json(${text})`;

const schemas = (directory: Directory) =>
  [...new Set([directory.tenants[0], directory.members[0]])].map((schema) => name(schema));
