import type { Tenancy } from '../tenancy.ts';
import { type Ddl, ddl, join, literal, name } from './ddl.ts';

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

const claimKind = /^[a-z][a-z0-9_]{0,30}$/;

/**
 * `tenantry.enter(by, claim, user_id)`: finds the tenant that a claim names and checks that the
 * user is a member, in one statement. It raises TN404 for an unknown tenant and for a foreign one
 * alike, so nobody learns which tenants exist. With a null user only the existence is checked.
 *
 * It runs as the system role, because before it nobody has a tenant whose policies could apply.
 * `facts` is what packages fetch on entry, such as permissions: a jsonb expression under a name each,
 * in which `tenant` is the tenant found and `$3` the user id as text, or null.
 */
export function entrySql(
  tenancy: Tenancy,
  directory: Directory,
  facts: Readonly<Record<string, Ddl>> = {},
): Ddl {
  const tenants = name(...directory.tenants);
  const id = name(directory.id);
  const kinds = Object.entries({ id: directory.id, ...directory.claims });
  const lookups = kinds.map(([kind, column]) => {
    if (!claimKind.test(kind)) throw new TypeError(`claim kind ${JSON.stringify(kind)}`);
    const cast: Ddl = { sql: kind === 'id' && tenancy.id === 'uuid' ? '::uuid' : '' };
    return ddl`if $1 = ${literal(kind)} then
        select t.${id} into tenant from ${tenants} t where t.${name(column)} = $2${cast}${hidden(directory)};`;
  });
  const owner = name(tenancy.roles.system);
  return ddl`
    create or replace function tenantry.enter(by text, claim text, user_id text)
    returns table (tenant_id text, facts jsonb)
    language plpgsql stable security definer
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    declare
      tenant ${tenants}.${id}%type;
    begin
      ${join(lookups, '\n      els')}
      end if;
      ${formOfUser(directory)}
      if tenant is null or ($3 is not null and not exists (
        select from ${name(...directory.members)} m
        where m.${name(directory.memberTenant)} = tenant
          and m.${name(directory.memberUser)} = $3::${{ sql: directory.userType }}
      )) then
        raise exception 'no such tenant for this user' using errcode = 'TN404';
      end if;
      return query select tenant::text, ${factsOf(facts)};
    end
    $tenantry$;

    grant create on schema tenantry to ${owner};
    alter function tenantry.enter(text, text, text) owner to ${owner};
    revoke create on schema tenantry from ${owner};
    revoke all on function tenantry.enter(text, text, text) from public;
    grant execute on function tenantry.enter(text, text, text) to ${name(tenancy.roles.app)};
    grant usage on schema ${join(schemas(directory))} to ${owner};
    grant select on ${tenants}, ${name(...directory.members)} to ${owner};
  `;
}

function factsOf(facts: Readonly<Record<string, Ddl>>): Ddl {
  const pairs = Object.entries(facts).map(([key, value]) => ddl`${literal(key)}, ${value}`);
  return pairs.length === 0 ? ddl`null::jsonb` : ddl`jsonb_build_object(${join(pairs)})`;
}

const hidden = ({ hiddenWhenSet }: Directory): Ddl =>
  hiddenWhenSet === undefined ? { sql: '' } : ddl` and t.${name(hiddenWhenSet)} is null`;

const schemas = (directory: Directory) =>
  [...new Set([directory.tenants[0], directory.members[0]])].map((schema) => name(schema));

/** A user id that is no uuid belongs to nobody; cast as it is, it would be an error of the server. */
const formOfUser = ({ userType }: Directory): Ddl =>
  userType === 'uuid'
    ? ddl`if $3 !~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then tenant := null; end if;`
    : { sql: '' };
