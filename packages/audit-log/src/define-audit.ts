import './errors.ts';
import type { IdKind, Tenancy, TenantProperty } from '@tenantry/core';
import { checkType } from '@tenantry/core/errors';
import { checkedMethods, type Queryable, textInSchema } from '@tenantry/core/sql';
import { startUpkeep } from '@tenantry/rls/upkeep';
import type { AuditActions } from './actions.ts';
import type { Audit } from './audit.ts';
import { deliver } from './deliver/deliver.ts';
import { describe } from './describe.ts';
import { exportText } from './export/export.ts';
import { auditChecks } from './jobs/checks.ts';
import { examine } from './jobs/examine.ts';
import { readLag } from './jobs/lag.ts';
import { erase, hold, release, setRetention } from './jobs/lifetime.ts';
import { maintain } from './jobs/maintain.ts';
import { prove } from './jobs/prove.ts';
import { seal } from './jobs/seal.ts';
import { auditTasks } from './jobs/tasks.ts';
import { upkeep } from './jobs/upkeep.ts';
import { verifyLog } from './jobs/verify.ts';
import { type AuditOptions, readOptions } from './options.ts';
import { queryPage } from './read/query.ts';
import { readSource } from './read/source.ts';
import { auditSql } from './sql/feature-sql.ts';
import { auditColumns, type TablePath } from './tables/columns.ts';
import { auditRules } from './tables/rules.ts';
import { writer } from './write/log.ts';

/**
 * Defines the audit log of an application.
 *
 * @throws TenantryError `CONFIG_INVALID`
 * @example
 * ```ts
 * export const audit = defineAudit(tenancy, {
 *   actions: {
 *     'project.created': z.object({ name: z.string() }),
 *     'plan.changed': z.object({ from: z.string(), to: z.string() }),
 *   },
 * });
 * ```
 */
export function defineAudit<T extends string, K extends IdKind, const A extends AuditActions>(
  tenancy: Tenancy<T, K>,
  options: AuditOptions<A, TenantProperty<T, K>>,
): Audit<T, K, A> {
  const definition = readOptions(tenancy, options);
  const { linked } = definition;
  const source = (db: Queryable) => readSource(definition, db);
  const audit: Audit<T, K, A> = checkedMethods<Audit<T, K, A>>('audit', types, {
    name: 'audit-log',
    dialects: ['postgres', 'citus'],
    tenancy,
    tables: {
      entries: {
        name: titleOf(definition.table),
        columns: () => auditColumns(tenancy),
        rules: (t) => auditRules(tenancy, t),
      },
    },
    upkeepTasks: auditTasks(definition),
    doctor: auditChecks(definition),
    sql: (input) => auditSql(input, definition),
    commands: async () => (await import('./commands/index.ts')).auditCommands(audit),
    log: writer(definition),
    query: async (db, query) => queryPage(source(db), query),
    export(db, given) {
      checkType(given, 'object?', 'options of audit.export');
      return exportText(source(db), given);
    },
    verify: async (db, given) => verifyLog(source(db), linked, given),
    prove: async (db, id) => prove(source(db), id),
    seal: async (db) => seal(db),
    maintain: async (db, given) => maintain(source(db), { ...definition.maintain, ...given }),
    start(pool, given = {}) {
      checkType(given, 'object', 'options of audit.start');
      const { sealEveryMs, maintainEveryMs, ...rest } = given;
      const upkeepTasks = auditTasks(definition, { sealEveryMs, maintainEveryMs });
      return startUpkeep(pool, { features: [{ ...audit, upkeepTasks }], ...rest });
    },
    erase: async (db, given) => erase(db, tenancy, given),
    hold: async (db, given) => hold(db, tenancy, given),
    release: async (db, given) => release(db, tenancy, given),
    setRetention: async (db, given) => setRetention(db, tenancy, given),
    deliver: async (db, sink, given) => deliver(source(db), sink, given),
    upkeep: async (db, given) => upkeep(definition, db, given),
    lag: async (db) => readLag(db),
    examine: async (db, given) =>
      (await examine(db, definition, given)).map((each) => ({
        ...each,
        fix: textInSchema(tenancy.schema, each.fix),
      })),
    describe: async (db) => describe(source(db)),
  });
  return audit;
}

const one = ['any', 'object'] as const;
const optional = ['any', 'object?'] as const;
const types = {
  query: optional,
  verify: optional,
  maintain: optional,
  erase: one,
  hold: one,
  release: one,
  setRetention: one,
  deliver: ['any', 'object', 'object?'],
  upkeep: optional,
  examine: optional,
} as const;

const titleOf = ([schema, table]: TablePath) =>
  schema === 'public' ? table : `${schema}.${table}`;
