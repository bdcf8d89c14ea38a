import { createHash } from 'node:crypto';
import type { Tenancy } from '@tenantry/core';
import { type Ddl, ddl, join, literal, name } from '@tenantry/core/sql';
import type { DeclaredTable, ReferenceModel, TableName } from '../model/table.ts';
import { clearSql, isCleared } from './clear-sql.ts';

/** The foreign keys that `reference(t, …)` declares. */
export const referenceSql = (tenancy: Tenancy, table: DeclaredTable): Ddl[] =>
  table.references.flatMap((reference) =>
    isCleared(tenancy, reference)
      ? [
          ...clearSql(tenancy, table, reference),
          ...foreignKeySql('tenantry', table, [{ ...reference, onDelete: 'no action' }]),
        ]
      : foreignKeySql('tenantry', table, [reference]),
  );

/**
 * Foreign keys of a table. Each has a comment with the hash of its definition, so that a changed one is
 * replaced.
 *
 * Emits `select tenantry.keep_reference('"public"."tasks"', 'tasks_project_id_fk', 'foreign key …', '…')`.
 * @param by begins the comment, and names whose keys they are.
 */
export const foreignKeySql = (
  by: string,
  table: TableName,
  references: readonly ReferenceModel[],
): Ddl[] =>
  referenceParts(by, references).map(
    ({ name: own, clause, mark }) => ddl`
      select tenantry.keep_reference(${literal(name(table.schema, table.name).sql)}, ${literal(own)},
        ${literal(clause.sql)}, ${literal(mark)});
    `,
  );

/** What {@link foreignKeySql} makes of each key: its definition, and the comment that marks it. */
export const referenceParts = (by: string, references: readonly ReferenceModel[]) =>
  references.map((reference) => {
    const clause = definition(reference);
    const hash = createHash('sha256').update(`${reference.name} ${clause.sql}`).digest('hex');
    return { name: reference.name, clause, mark: `${by} ${hash.slice(0, 16)}` };
  });

function definition(reference: ReferenceModel): Ddl {
  const { columns, foreignTable, foreignColumns, onDelete, cleared } = reference;
  const names = (list: readonly string[]) => join(list.map((column) => name(column)));
  const action = onDelete === 'set null' ? ddl`set null (${names(cleared)})` : { sql: onDelete };
  return ddl`foreign key (${names(columns)}) references ${name(foreignTable.schema, foreignTable.name)} (${names(foreignColumns)}) on delete ${action}`;
}
