import type { Tenancy } from '@tenantry/core';
import { type Ddl, ddl, functionsSql, join, name, sqlFunction } from '@tenantry/core/sql';
import { functionNameFor, uniqueName } from '../fragments/names.ts';
import type { DeclaredTable, ReferenceModel } from '../model/table.ts';

/**
 * Whether a trigger clears the columns of a key: Citus has no SET NULL for a key with the tenant, so it is
 * made as NO ACTION.
 */
export const isCleared = (tenancy: Tenancy, { onDelete, columns, cleared }: ReferenceModel) =>
  tenancy.dialect === 'citus' && onDelete === 'set null' && columns.length > cleared.length;

/** The trigger that does what ON DELETE SET NULL does. PostgreSQL asks for no right to change the rows either. */
export function clearSql(tenancy: Tenancy, table: DeclaredTable, reference: ReferenceModel): Ddl[] {
  const { columns, foreignTable, foreignColumns, cleared } = reference;
  const clear = sqlFunction(
    ddl`${name(functionNameFor('clear', table, ...cleared))}() returns trigger`,
    { owner: name(tenancy.roles.system) },
    ddl`
      begin
        update ${name(table.schema, table.name)} c
          set ${join(cleared.map((column) => ddl`${name(column)} = null`))}
          where ${join(
            columns.map(
              (column, i) => ddl`c.${name(column)} = old.${name(foreignColumns[i] as string)}`,
            ),
            ' and ',
          )};
        return null;
      end
    `,
  );
  // the name comes before RI_ConstraintTrigger: the key is checked after it
  const trigger = name(uniqueName('0_tenantry_clear', table.name, ...cleared));
  return [
    functionsSql([clear]),
    ddl`
      create or replace trigger ${trigger} after delete on ${name(foreignTable.schema, foreignTable.name)}
        for each row execute function ${clear.target}();
    `,
  ];
}
