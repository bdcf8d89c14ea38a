import type { Tenancy } from '../tenancy/tenancy.ts';
import { type Ddl, ddl, join, literal, name } from './ddl.ts';
import type { Directory } from './directory.ts';
import type { Asked, LookUps } from './entry-look-up.ts';
import { idType } from './tenant.ts';
import type { TextPiece } from './text-pieces.ts';

// Citus finds the shard of a tenant by a variable. So each look-up has two statements: which tenant is
// claimed, and who is a member there; the second goes to one shard.

/** The body of `enter_member`. */
export function citusMemberBody(
  { setting, id }: Tenancy,
  { userType }: Directory,
  lookUp: LookUps,
  concatenated: (pieces: readonly TextPiece[]) => Ddl,
): Ddl {
  const user = idType({ id: userType });
  const { facts, rows } = lookUp({ kind: 'id', claim: ddl`claimed`, user: ddl`who` });
  return ddl`
    #variable_conflict use_column
    declare
      claimed constant ${idType({ id })} := case when current_setting(${literal(setting)}, true) = $1::text then $1 end;
      who constant ${user} := case when coalesce((nullif(current_setting('app.actor', true), '')::json ->> 'user')::${user}, $2) = $2 then $2 end;
      answer text;
    begin
      select ${concatenated(facts)} into strict answer
      ${rows};
      return answer;
    end
  `;
}

/** The body of `enter`, after its directive: finds the tenant of the claim, and looks there. */
export function citusEnterBody(
  tenancy: Tenancy,
  directory: Directory,
  lookUp: LookUps,
  written: {
    readonly concatenated: (pieces: readonly TextPiece[]) => Ddl;
    readonly unknown: Ddl;
    readonly malformed: Ddl;
    readonly castTo: (kind: Tenancy['id']) => Ddl;
  },
): Ddl {
  const { concatenated, unknown, malformed, castTo } = written;
  const look = (user: Asked['user']) => {
    const { facts, rows } = lookUp({ kind: 'id', claim: ddl`claimed`, user });
    return ddl`
      select ${concatenated(facts)} into answer
      ${rows};`;
  };
  const claims = Object.keys(directory.claims).map((kind) => {
    const { table, column, tenant } = claimTable(directory, kind);
    return ddl`
      elsif $1 = ${literal(kind)} then
        select c.${name(tenant)} into claimed from ${name(...table)} c where c.${name(column)} = $2;`;
  });
  const inJson = tenancy.id === 'text' ? ddl`to_json(claimed)::text` : ddl`'"' || claimed || '"'`;
  return ddl`
    #variable_conflict use_column
    declare
      claimed ${idType(tenancy)};
      answer text;
    begin
      -- a transaction that already has a tenant claims nothing
      if coalesce(current_setting(${literal(tenancy.setting)}, true), '') = '' then
        if $1 = 'id' then
          claimed := $2${castTo(tenancy.id)};
        ${join(claims, '\n')}
        end if;
      end if;
      if $3 is not null then
        ${look(ddl`$3${castTo(directory.userType)}`)}
      else
        ${look(undefined)}
      end if;
      if answer is null then
        ${unknown}
      end if;
      perform tenantry.set_context(claimed::text, coalesce(current_setting('app.actor', true), ''));
      return '{"tenant":' || ${inJson} || ',"facts":' || answer || '}';
    ${malformed}
    end
  `;
}

const claimTable = (directory: Directory, kind: string) =>
  directory.claimTables?.[kind] ?? {
    table: directory.tenants,
    column: directory.claims[kind] ?? '',
    tenant: directory.id,
  };
