import { quoted, type Rule, sqlOf } from './rule.ts';

/** A row never moves to another tenant. */
export const tenantChangeAllowed: Rule = {
  id: 'tenant-change-allowed',
  group: 'tables',
  severity: 'warning',
  title: 'A row never moves to another tenant',
  *check({ tenantTables, catalogue, roleName, roleBypasses, model }) {
    const guarded = new Set(
      catalogue.triggers
        .filter((t) => t.enabled && t.functionName === 'refuse_tenant_change')
        .map(({ table }) => table),
    );
    for (const table of tenantTables) {
      const column = table.columns.find(({ name }) => name === table.tenantColumn);
      if (column === undefined || table.roleOwns || roleBypasses) continue;
      if (column.mayUpdate && table.reachable) {
        yield {
          object: `${table.title}.${column.name}`,
          found: `role ${roleName} may UPDATE the tenant of a row; only the policies stand in the way.`,
          fix: 'Grant UPDATE column by column, without the tenant.',
        };
      }
      if (model.tenancy !== undefined && !guarded.has(table.oid)) {
        yield {
          object: table.title,
          found:
            'the trigger that refuses to move a row to another tenant is missing or switched off.',
          fix: 'Run the migrations of `npx tenantry generate`.',
          fixSql: [
            `create or replace trigger "tenantry_refuse_tenant_change" before update of ${quoted(column.name)} on ${sqlOf(table)}\n  for each row when (old.${quoted(column.name)} is distinct from new.${quoted(column.name)})\n  execute function ${model.tenancy.schema}.refuse_tenant_change();`,
            `alter table ${sqlOf(table)} enable trigger "tenantry_refuse_tenant_change";`,
          ],
        };
      }
    }
  },
};
