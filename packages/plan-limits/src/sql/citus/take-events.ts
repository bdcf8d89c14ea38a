import { ddl, isoTime, type SqlFunction } from '@tenantry/core/sql';
import { systemFunction } from '../functions.ts';
import type { Model, SqlTable } from '../model.ts';

/** `tenantry.limit_take_events(batch)` on Citus: finds events on all shards, and takes each from its own. */
export function takeEventsByTenant(model: Model, { path, tenant }: SqlTable): SqlFunction {
  const own = ddl`e.${tenant} = of_tenant and e.id = of_id`;
  return systemFunction(
    model,
    ddl`limit_take_events(batch integer) returns jsonb`,
    ddl`
      declare
        v record;
        of_tenant ${model.tenantType};
        of_id ${path}.id%type;
        result jsonb := '[]';
      begin
        for v in select c.* from ${path} c order by c.created_at, c.threshold limit 10 * batch loop
          exit when jsonb_array_length(result) >= batch;
          of_tenant := v.${tenant};
          of_id := v.id;
          -- one that another worker takes is skipped, so there are more of them than are taken
          perform from ${path} e where ${own} for update skip locked;
          continue when not found;
          delete from ${path} e where ${own};
          result := result || jsonb_build_object('tenant', v.${tenant}::text, 'feature', v.feature, 'threshold', v.threshold,
            'used', v.used, 'limit', v.limit_value, 'plan', v.plan, 'at', ${isoTime(ddl`v.created_at`)});
        end loop;
        return result;
      end`,
  );
}
