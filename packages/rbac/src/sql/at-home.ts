import { type Ddl, ddl, type FunctionMarks, type SqlFunction } from '@tenantry/core/sql';
import { asCaller, asSystem } from './makers.ts';
import type { Names } from './tables.ts';

/**
 * A function of the system role about the tenant of the transaction.
 *
 * On Citus it is called where the rows of the tenant are, as a part of a query of the caller: a connection of
 * another role would not see what the caller has written in the transaction, and Citus refuses it. So there
 * are two: `<name>`, and `<name>_here` on the shard.
 * @param writes whether the transaction has to know that it writes: Citus tells of a COMMIT that failed only
 *   where it knows. Default: false.
 */
export function atHome(
  names: Names,
  signature: Ddl,
  body: Ddl,
  { writes = false, ...marks }: FunctionMarks & { readonly writes?: boolean },
): SqlFunction[] {
  if (!names.onCitus) return [asSystem(names, signature, body, marks)];
  const here = asSystem(names, { sql: signature.sql.replace(/^(\w+)/, '$1_here') }, body, marks);
  const { args, returns, target } = here;
  const values = args.map((_, i) => `$${i + 1}`).join(', ');
  const asked = ddl`${target}(${{ sql: values }})`;
  const isVoid = returns.sql === 'void';
  const { comment, volatility, callers = [] } = marks;
  return [
    here,
    asCaller(
      names,
      signature,
      ddl`
        declare
          at_home constant ${names.tenantType} := (${names.currentTenant});
          ${isVoid ? ddl`` : ddl`answer ${returns};`}
        begin
          -- on a shard already: a plan of the caller would be one of another tenant
          if current_setting('application_name') like 'citus_internal%' then
            ${isVoid ? ddl`perform ${asked}; return` : ddl`return ${asked}`};
          end if;
          ${writes ? touch : ddl``}
          ${
            isVoid
              ? ddl`perform ${asked} from tenantry.rbac_versions v where v.tenant_id = at_home;`
              : ddl`
                select ${asked} into answer from tenantry.rbac_versions v where v.tenant_id = at_home;
                return ${returns.sql === 'boolean' ? ddl`coalesce(answer, false)` : ddl`answer`};`
          }
        end
      `,
      {
        callers,
        ...(volatility !== undefined && { volatility }),
        ...(comment !== undefined && { comment }),
      },
    ),
  ];
}

/** A write of the caller, which changes nothing. */
const touch = ddl`update tenantry.rbac_versions v set held = true where v.tenant_id = at_home;`;

/** The tenant of the transaction in a condition: Citus finds the shard by a variable, and by nothing else. */
export const homeOf = ({ onCitus, tenantType, currentTenant }: Names) =>
  onCitus
    ? {
        declared: ddl`declare at_home constant ${tenantType} := (${currentTenant});`,
        tenant: ddl`at_home`,
      }
    : { declared: ddl``, tenant: ddl`(${currentTenant})` };

/** The time of the clock in an UPDATE, where Citus takes no volatile function. */
export const momentOf = ({ onCitus }: Pick<Names, 'onCitus'>) =>
  onCitus
    ? { declared: ddl`at_now constant timestamptz := clock_timestamp();`, now: ddl`at_now` }
    : { declared: ddl``, now: ddl`clock_timestamp()` };
