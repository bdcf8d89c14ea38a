import { ddl, name } from '@tenantry/core/sql';
import { objectName } from '../../fragments/names.ts';
import { type Action, long, short } from '../action.ts';
import { rowsOf } from '../connection.ts';
import type { Step, StepContext } from './step.ts';

/** A check that is validated first makes SET NOT NULL a matter of the catalogue. */
export const notNullStep: Step = {
  name: 'not-null',
  async actions(context) {
    const { notNull, check, validated } = await standing(context);
    const { target, column, own } = names(context);
    const drop = short(ddl`alter table ${target} drop constraint if exists ${own}`.sql);
    if (notNull) return check ? [drop] : [];
    return [
      ...(check
        ? []
        : [
            short(
              ddl`alter table ${target} add constraint ${own} check (${column} is not null) not valid`
                .sql,
            ),
          ]),
      ...(validated ? [] : [long(ddl`alter table ${target} validate constraint ${own}`.sql)]),
      short(ddl`alter table ${target} alter column ${column} set not null`.sql),
      drop,
    ];
  },
  async migration(context) {
    const { notNull } = await standing(context);
    const { target, column } = names(context);
    return notNull ? [] : [ddl`alter table ${target} alter column ${column} set not null`.sql];
  },
  async undo(context): Promise<readonly Action[]> {
    const { notNull } = await standing(context);
    const { target, column, own } = names(context);
    if (notNull) return [];
    return [
      short(
        ddl`alter table ${target} drop constraint if exists ${own}`.sql,
        ddl`alter table ${target} alter column ${column} drop not null`.sql,
      ),
    ];
  },
};

const names = ({ live, planned }: StepContext) => ({
  target: name(live.schema, live.name),
  column: name(planned.column ?? ''),
  own: name(objectName(live.name, planned.column ?? '', 'adopted')),
});

async function standing({ connection, live, planned }: StepContext) {
  const [row] = await rowsOf<{ notNull: boolean; check: boolean; validated: boolean }>(
    connection,
    `select a.attnotnull as "notNull", k.oid is not null as check, coalesce(k.convalidated, false) as validated
     from pg_catalog.pg_attribute a
     left join pg_catalog.pg_constraint k on k.conrelid = a.attrelid and k.contype = 'c' and k.conname = $3
     where a.attrelid = $1 and a.attname = $2 and not a.attisdropped`,
    [live.oid, planned.column, objectName(live.name, planned.column ?? '', 'adopted')],
  );
  return row ?? { notNull: false, check: false, validated: false };
}
