import { createHash } from 'node:crypto';
import { type Ddl, ddl, join, literal, name } from '@tenantry/core/sql';
import type { OnDelete } from '../fragments/drizzle.ts';
import type { ReferenceModel, TableModel, TableName } from './model.ts';

/** The foreign keys that `reference(t, …)` declares. */
export const referenceSql = (table: TableModel): Ddl[] =>
  foreignKeySql('tenantry', table, table.references);

/**
 * Foreign keys of a table. Each has a comment with the hash of its definition, so that a changed one is
 * replaced.
 *
 * @param by the beginning of the comment, which names the owner of the keys.
 */
export function foreignKeySql(
  by: string,
  table: TableName,
  references: readonly ReferenceModel[],
): Ddl[] {
  const target = name(table.schema, table.name);
  const wanted = references.map((reference) => ({ reference, ...definition(by, reference) }));
  return wanted.flatMap(({ reference, clause, comment }) => {
    const constraint = name(reference.name);
    return [
      // NOT VALID checks new rows at once and holds its lock only briefly.
      ddl`
          do $tenantry$
          declare
            stands text := (select coalesce(obj_description(oid, 'pg_constraint'), '') from pg_constraint
              where conrelid = ${regclass(target)} and conname = ${literal(reference.name)});
          begin
            if stands <> ${comment} and ${isSame(target, reference)} then
              comment on constraint ${constraint} on ${target} is ${comment};
              return;
            end if;
            if stands <> ${comment} then
              alter table ${target} drop constraint ${constraint};
            end if;
            if stands is distinct from ${comment} then
              alter table ${target} add constraint ${constraint} ${clause} not valid;
              comment on constraint ${constraint} on ${target} is ${comment};
            end if;
          end
          $tenantry$;
        `,
      validation(
        target,
        name(reference.foreignTable.schema, reference.foreignTable.name),
        reference.name,
      ),
    ];
  });
}

const actions: Readonly<Record<OnDelete, string>> = {
  'no action': 'a',
  restrict: 'r',
  cascade: 'c',
  'set null': 'n',
};

/** Whether the existing key is the same, because its table or the referenced one was renamed. */
function isSame(target: Ddl, reference: ReferenceModel): Ddl {
  const { name: own, columns, foreignTable, foreignColumns, onDelete, cleared } = reference;
  const list = (names: readonly string[]) =>
    ddl`array[${join(names.map((each) => literal(each)))}]::text[]`;
  const namesOf = (numbers: string, table: string): Ddl => ({
    sql: `array(select attname::text from unnest(${numbers}) with ordinality k (n, i) join pg_attribute on attrelid = ${table} and attnum = n order by i)`,
  });
  return ddl`exists (select from pg_constraint c
              where conrelid = ${regclass(target)} and conname = ${literal(own)} and contype = 'f'
                and confrelid = ${regclass(name(foreignTable.schema, foreignTable.name))}
                and confdeltype = ${literal(actions[onDelete])} and confupdtype = 'a' and confmatchtype = 's' and not condeferrable
                and ${namesOf('conkey', 'conrelid')} = ${list(columns)}
                and ${namesOf('confkey', 'confrelid')} = ${list(foreignColumns)}
                and ${namesOf('confdelsetcols', 'conrelid')} = ${list(onDelete === 'set null' ? cleared : [])})`;
}

/**
 * Validates existing rows while others read and write. An owner bound by FORCE would see no rows to
 * validate, so FORCE is turned off for both tables during the validation, inside the transaction.
 */
function validation(target: Ddl, foreign: Ddl, constraint: string): Ddl {
  return ddl`
    do $tenantry$
    declare
      bound constant boolean := not (select rolsuper or rolbypassrls from pg_roles where rolname = current_user);
      forced constant text[] := array(select oid::regclass::text from pg_class
        where relforcerowsecurity and oid in (${regclass(target)}, ${regclass(foreign)}));
      forced_table text;
    begin
      if (select convalidated from pg_constraint where conrelid = ${regclass(target)} and conname = ${literal(constraint)}) then
        return;
      end if;
      if bound then
        foreach forced_table in array forced loop
          execute format('alter table %s no force row level security', forced_table);
        end loop;
      end if;
      alter table ${target} validate constraint ${name(constraint)};
      if bound then
        foreach forced_table in array forced loop
          execute format('alter table %s force row level security', forced_table);
        end loop;
      end if;
    end
    $tenantry$;
  `;
}

function definition(
  by: string,
  reference: ReferenceModel,
): { readonly clause: Ddl; readonly comment: Ddl } {
  const { columns, foreignTable, foreignColumns, onDelete, cleared } = reference;
  const names = (list: readonly string[]) => join(list.map((column) => name(column)));
  const action = onDelete === 'set null' ? ddl`set null (${names(cleared)})` : { sql: onDelete };
  const clause = ddl`foreign key (${names(columns)}) references ${name(foreignTable.schema, foreignTable.name)} (${names(foreignColumns)}) on delete ${action}`;
  const hash = createHash('sha256').update(`${reference.name} ${clause.sql}`).digest('hex');
  return { clause, comment: literal(`${by} ${hash.slice(0, 16)}`) };
}

const regclass = (target: Ddl): Ddl => ddl`${literal(target.sql)}::regclass`;
