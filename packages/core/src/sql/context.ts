import type { Tenancy } from '../tenancy.ts';
import { type Ddl, ddl, join, literal, name } from './ddl.ts';
import { idType, settingOrRefusal } from './tenant.ts';

/**
 * `tenantry.current_tenant()`: the tenant of the running transaction. It raises an error when there is
 * none, because an error is noticed during development and an empty list only by a customer. As
 * `(select …)` it is an InitPlan, evaluated once per statement.
 */
export function contextSql(tenancy: Tenancy, previous: PreviousTenancy = {}): Ddl {
  return tenancy.context === 'signed'
    ? signedContextSql(tenancy, previous.context === 'plain')
    : plainContextSql(tenancy);
}

/** The parts of a tenancy that were different in the previous release, while its code still runs. */
export interface PreviousTenancy {
  /** `plain`: a tenant without a signature is accepted as well; it can be forged without a secret. */
  readonly context?: 'plain' | undefined;
  /** The roles that this code switches to. */
  readonly roles?: { readonly app?: string | undefined; readonly system?: string | undefined };
}

function plainContextSql(tenancy: Tenancy): Ddl {
  return ddl`
    ${tenancy.id === 'text' ? refusalSql(tenancy) : ddl``}
    create or replace function tenantry.current_tenant() returns ${idType(tenancy)}
    language plpgsql stable parallel safe
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    begin
      return ${settingOrRefusal(tenancy)};
    end
    $tenantry$;

    -- nothing pins a search_path here: the body is resolved now, and can be put in where it is called
    create or replace function tenantry.current_actor() returns jsonb
    language sql stable parallel safe
    return nullif(pg_catalog.current_setting('app.actor', true), '')::pg_catalog.jsonb;
  `;
}

/** The function that raises the error for text ids, because any text is a valid value. */
function refusalSql({ roles }: Tenancy): Ddl {
  return ddl`
    create or replace function tenantry.no_tenant() returns text
    language plpgsql stable parallel safe
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    begin
      raise exception 'no tenant in this transaction' using errcode = '28000',
        hint = 'Run the statement through the tenant pool, inside a scope.';
    end
    $tenantry$;
    revoke all on function tenantry.no_tenant() from public;
    grant execute on function tenantry.no_tenant() to ${name(roles.app)}, ${name(roles.system)};
  `;
}

/**
 * The signed context. The setting carries
 * `tenant|HMAC-SHA256(tenant|backend pid|transaction time|actor)`. `sign_context` makes it for callers
 * that know the context secret, so SQL that was injected into a statement cannot name another tenant or
 * actor, and a signature is useless in another transaction. The HMAC follows RFC 2104, from the built-in
 * sha256 over pads that are kept in a table. No function body contains the key, and only the owner of
 * these functions can read the table.
 */
function signedContextSql(tenancy: Tenancy, takesPlain: boolean): Ddl {
  const setting = literal(tenancy.setting);
  return ddl`
    create table if not exists tenantry.context_key (
      one boolean primary key default true check (one),
      inner_pad bytea not null,
      outer_pad bytea not null,
      secret_hashes bytea[] not null default '{}'
    );
    revoke all on tenantry.context_key from public;

    do $tenantry$
    declare
      key bytea := sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()))
        || decode(repeat('00', 32), 'hex');
      inner_pad bytea := key;
      outer_pad bytea := key;
    begin
      for i in 0..63 loop
        inner_pad := set_byte(inner_pad, i, get_byte(key, i) # 54);
        outer_pad := set_byte(outer_pad, i, get_byte(key, i) # 92);
      end loop;
      insert into tenantry.context_key (inner_pad, outer_pad) values (inner_pad, outer_pad)
      on conflict do nothing;
    end
    $tenantry$;

    create or replace function tenantry.set_context_secret(secret text) returns void
    language sql
    set search_path = pg_catalog, pg_temp
    as $tenantry$
      update tenantry.context_key
      set secret_hashes = (array[sha256(convert_to(secret, 'UTF8'))] || secret_hashes)[1:2]
      where secret_hashes[1] is distinct from sha256(convert_to(secret, 'UTF8'))
    $tenantry$;
    revoke all on function tenantry.set_context_secret(text) from public;
    comment on function tenantry.set_context_secret(text) is
      'Accepts this secret, and the one before it, for signing the context. Run by the migrating login.';

    create or replace function tenantry.context_signature(tenant text) returns text
    language sql stable security definer parallel restricted
    set search_path = pg_catalog, pg_temp
    as $tenantry$
      select encode(sha256(k.outer_pad || sha256(k.inner_pad || convert_to(
        tenant || '|' || pg_backend_pid() || '|' || extract(epoch from transaction_timestamp()) || '|'
          || coalesce(current_setting('app.actor', true), ''), 'UTF8'))), 'hex')
      from tenantry.context_key k
    $tenantry$;
    revoke all on function tenantry.context_signature(text) from public;

    create or replace function tenantry.require_context_secret(secret text) returns void
    language plpgsql stable security definer
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    begin
      if not exists (select from tenantry.context_key k
        where sha256(convert_to(secret, 'UTF8')) = any (k.secret_hashes)) then
        raise exception 'the context secret is not known to this database' using errcode = '28000',
          hint = $text$As the migrating login run: select tenantry.set_context_secret(…).$text$;
      end if;
    end
    $tenantry$;
    revoke all on function tenantry.require_context_secret(text) from public;
    grant execute on function tenantry.require_context_secret(text) to ${name(tenancy.roles.system)};

    create or replace function tenantry.sign_context(tenant text, secret text) returns text
    language plpgsql security definer
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    begin
      perform tenantry.require_context_secret(secret);
      perform set_config(${setting}, tenant || '|' || tenantry.context_signature(tenant), true);
      return tenant;
    end
    $tenantry$;
    revoke all on function tenantry.sign_context(text, text) from public;
    grant execute on function tenantry.sign_context(text, text)
      to ${name(tenancy.roles.app)}, ${name(tenancy.roles.system)};

    create or replace function tenantry.current_tenant() returns ${idType(tenancy)}
    language plpgsql stable security definer parallel restricted
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    declare
      signed text := current_setting(${setting}, true);
      tenant text := split_part(signed, '|', 1);
    begin
      if signed is null or signed = '' or tenant = '' then
        raise exception 'no tenant in this transaction' using errcode = '28000',
          hint = 'Run the statement through the tenant pool, inside a scope.';
      end if;
      ${takesPlain ? plainWhileOldCodeRuns : ddl``}
      if split_part(signed, '|', 2) is distinct from tenantry.context_signature(tenant) then
        raise exception 'the tenant of this transaction is not signed' using errcode = '28000';
      end if;
      return tenant;
    end
    $tenantry$;

    create or replace function tenantry.current_actor() returns jsonb
    language plpgsql stable security definer parallel restricted
    set search_path = pg_catalog, pg_temp
    as $tenantry$
    declare
      actor text := nullif(current_setting('app.actor', true), '');
      signed text := coalesce(current_setting(${setting}, true), '');
    begin
      -- a system scope has a login of its own, and no tenant to sign it with
      if current_setting('role') = ${literal(tenancy.roles.system)}
        or signed = '' and actor is null
        or split_part(signed, '|', 2) = tenantry.context_signature(split_part(signed, '|', 1)) then
        return actor;
      end if;
      raise exception 'the actor of this transaction is not signed' using errcode = '28000';
    end
    $tenantry$;
  `;
}

const plainWhileOldCodeRuns = ddl`
  -- code from before the signed context still runs
  if position('|' in signed) = 0 then
    return tenant;
  end if;
`;

/** The grants: the app role evaluates policies and calls the entry functions; nobody else has the schema. */
export function contextGrantsSql({ roles }: Tenancy): Ddl {
  const both = join([name(roles.app), name(roles.system)]);
  return ddl`
    revoke all on schema tenantry from public;
    grant usage on schema tenantry to ${both};
    revoke all on function tenantry.current_tenant() from public;
    grant execute on function tenantry.current_tenant() to ${both};
    grant execute on function tenantry.current_actor() to public;
  `;
}
