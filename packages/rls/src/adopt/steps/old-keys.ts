import { type Ddl, ddl, literal, name } from '@tenantry/core/sql';
import { objectName } from '../../fragments/names.ts';
import { pathOf } from '../../model/table.ts';
import { type Action, long, short } from '../action.ts';
import { referencesOfPlan, sameColumns } from '../references.ts';
import type { StepContext } from './step.ts';

/** Whether a key that stands has a name that a new one is to have. */
export const isOwn = ({ declared }: StepContext, key: string): boolean =>
  declared.references.some((each) => each.name === key);

/** What such a key is called until it is dropped. */
export const aside = (key: string): string => objectName(key, 'without_tenant');

/** The keys that a new one replaces: without the tenant, or to the tenants under another name. */
export function oldKeys(context: StepContext) {
  const replaced = referencesOfPlan(context.planned, context.live, context);
  return context.live.constraints.filter(
    ({ kind, name: own, columns, foreignName }) =>
      kind === 'foreign' &&
      !(columns[0] === context.planned.column && isOwn(context, own)) &&
      replaced.some(
        ({ columns: wanted, foreign }) =>
          sameColumns(wanted, columns) &&
          foreignName !== null &&
          pathOf(foreignName) === pathOf(foreign.live),
      ),
  );
}

/** Drops a key on other databases, where its successor may have the same name and is defined otherwise. */
export const dropIfSame = (
  target: Ddl,
  key: { readonly name: string; readonly definition: string },
): string =>
  ddl`
    do $tenantry$
    begin
      if exists (select from pg_constraint where conrelid = ${literal(target.sql)}::regclass and conname = ${literal(key.name)}
        and pg_get_constraintdef(oid) = ${literal(key.definition)}) then
        alter table ${target} drop constraint ${name(key.name)};
      end if;
    end
    $tenantry$
  `.sql;

/** Makes such a key again. */
export function putBack(
  target: Ddl,
  key: { readonly name: string; readonly definition: string },
  isPartitioned: boolean,
): Action[] {
  const definition: Ddl = { sql: key.definition.replace(/ NOT VALID$/, '') };
  const add = ddl`alter table ${target} add constraint ${name(key.name)} ${definition}${isPartitioned ? ddl`` : ddl` not valid`}`;
  return [
    short(
      ddl`
        do $tenantry$
        begin
          if not exists (select from pg_constraint where conrelid = ${literal(target.sql)}::regclass and conname = ${literal(key.name)}) then
            ${add};
          end if;
        end
        $tenantry$
      `.sql,
    ),
    ...(isPartitioned
      ? []
      : [long(ddl`alter table ${target} validate constraint ${name(key.name)}`.sql)]),
  ];
}
