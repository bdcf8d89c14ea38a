import type { Tenancy } from '../tenancy/tenancy.ts';
import { type Ddl, ddl, literal, name } from './ddl.ts';
import { functionsSql, type SqlFunction, sqlFunction } from './function.ts';
import { idType } from './tenant.ts';

/**
 * The signed context: the setting carries `tenant|HMAC-SHA256(tenant|backend pid|transaction
 * time|actor)`, made by `sign_context` for whoever knows the context secret, so SQL that was injected
 * into a statement cannot name another tenant or another actor, and a signature is of no use in
 * another transaction. HMAC as in RFC 2104, from the built-in sha256 over pads that are kept in a table;
 * the key stands in no function body, and only the owner of these functions can read the table.
 */
export function signedContextSql(tenancy: Tenancy, takesPlain: boolean): Ddl {
  return ddl`
    ${keySql}

    ${functionsSql([
      setContextSecret,
      contextSignature,
      requireContextSecret(tenancy),
      signContext(tenancy),
      currentTenant(tenancy, takesPlain),
      currentActor(tenancy),
    ])}
  `;
}

const keySql = ddl`
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
`;

const setContextSecret = sqlFunction(
  ddl`set_context_secret(secret text) returns void`,
  {
    language: 'sql',
    comment: ddl`'Accepts this secret, and the one before it, for signing the context. Run by the migrating login.'`,
  },
  ddl`
    update tenantry.context_key
    set secret_hashes = (array[sha256(convert_to(secret, 'UTF8'))] || secret_hashes)[1:2]
    where secret_hashes[1] is distinct from sha256(convert_to(secret, 'UTF8'))`,
);

const contextSignature = sqlFunction(
  ddl`context_signature(tenant text) returns text`,
  { language: 'sql', volatility: 'stable', parallel: 'restricted', securityDefiner: true },
  ddl`
    select encode(sha256(k.outer_pad || sha256(k.inner_pad || convert_to(
      tenant || '|' || pg_backend_pid() || '|' || extract(epoch from transaction_timestamp()) || '|'
        || coalesce(current_setting('app.actor', true), ''), 'UTF8'))), 'hex')
    from tenantry.context_key k`,
);

const requireContextSecret = ({ roles }: Tenancy): SqlFunction =>
  sqlFunction(
    ddl`require_context_secret(secret text) returns void`,
    { volatility: 'stable', securityDefiner: true, callers: [name(roles.system)] },
    ddl`
      begin
        if not exists (select from tenantry.context_key k
          where sha256(convert_to(secret, 'UTF8')) = any (k.secret_hashes)) then
          raise exception 'the context secret is not known to this database' using errcode = '28000',
            hint = $text$As the migrating login run: select tenantry.set_context_secret(…).$text$;
        end if;
      end`,
  );

const signContext = ({ roles, setting }: Tenancy): SqlFunction =>
  sqlFunction(
    ddl`sign_context(tenant text, secret text) returns text`,
    { securityDefiner: true, callers: [name(roles.app), name(roles.system)] },
    ddl`
      begin
        perform tenantry.require_context_secret(secret);
        perform set_config(${literal(setting)}, tenant || '|' || tenantry.context_signature(tenant), true);
        return tenant;
      end`,
  );

const currentTenant = (tenancy: Tenancy, takesPlain: boolean): SqlFunction =>
  sqlFunction(
    ddl`current_tenant() returns ${idType(tenancy)}`,
    { volatility: 'stable', parallel: 'restricted', securityDefiner: true },
    ddl`
      declare
        signed text := current_setting(${literal(tenancy.setting)}, true);
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
      end`,
  );

const plainWhileOldCodeRuns = ddl`
  -- code from before the signed context still runs
  if position('|' in signed) = 0 then
    return tenant;
  end if;
`;

const currentActor = ({ roles, setting }: Tenancy): SqlFunction =>
  sqlFunction(
    ddl`current_actor() returns jsonb`,
    { volatility: 'stable', parallel: 'restricted', securityDefiner: true },
    ddl`
      declare
        actor text := nullif(current_setting('app.actor', true), '');
        signed text := coalesce(current_setting(${literal(setting)}, true), '');
      begin
        -- a system scope has a login of its own, and no tenant to sign it with
        if current_setting('role') = ${literal(roles.system)}
          or signed = '' and actor is null
          or split_part(signed, '|', 2) = tenantry.context_signature(split_part(signed, '|', 1)) then
          return actor;
        end if;
        raise exception 'the actor of this transaction is not signed' using errcode = '28000';
      end`,
  );
