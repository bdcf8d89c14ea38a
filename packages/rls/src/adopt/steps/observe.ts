import { type Ddl, ddl, join, literal, name } from '@tenantry/core/sql';
import { pathOf } from '../../model/table.ts';
import { type Action, short } from '../action.ts';
import type { Step, StepContext } from './step.ts';

/** The statements of `generate` for a table. */
export const ownSection = (sections: StepContext['sections'], live: StepContext['live']) =>
  sections.find(({ id }) => id === `table:${pathOf(live)}`.replace(/\s/g, '_'))?.statements ?? [];

/**
 * The rights of the roles, and no policy: code that runs in scopes works beside the old code, and the pool
 * counts the rows of other tenants that its statements still read. Enforcing waits until somebody asks.
 */
export const observeStep: Step = {
  name: 'observe',
  async actions({ sections, live }): Promise<readonly Action[]> {
    const rights = ownSection(sections, live).filter(
      (each) => /^grant /i.test(each) || each.includes('grant usage on sequence'),
    );
    return [
      ...sections
        .filter(({ id }) => id === 'schemas')
        .map(({ statements }) => short(...statements)),
      ...(rights.length === 0 ? [] : [short(...rights)]),
    ];
  },
  undo: async (context) => [short(...rightsBack(context))],
};

/**
 * The rights of the roles as they were. The system role may still read: the triggers that fill other tables
 * look at rows of this one as that role.
 */
export function rightsBack(
  context: StepContext,
  mayRead = context.planned.is === 'isolated',
): string[] {
  const { live, tenancy, facts } = context;
  const target = name(live.schema, live.name);
  const { app, system } = tenancy.roles;
  const granted = [
    ...(live.publicRights.length > 0 ? [{ grantee: undefined, rights: live.publicRights }] : []),
    ...live.grants.filter(({ grantee }) => grantee === app || grantee === system),
  ];
  const both = join([name(app), name(system)]);
  return [
    ddl`revoke all on table ${target} from ${name(app)}`.sql,
    mayRead
      ? ddl`revoke insert, update, delete on table ${target} from ${name(system)}`.sql
      : ddl`revoke all on table ${target} from ${name(system)}`.sql,
    ...(facts.more.get(pathOf(live))?.serials ?? []).map(
      (column) =>
        ddl`
          do $tenantry$
          begin
            execute format('revoke all on sequence %s from ${both}', pg_get_serial_sequence(${literal(target.sql)}, ${literal(column)}));
          end
          $tenantry$
        `.sql,
    ),
    ...granted.map(({ grantee, rights }) => {
      const to: Ddl = grantee === undefined ? ddl`public` : name(grantee);
      return ddl`grant ${{ sql: rights.join(', ') }} on table ${target} to ${to}`.sql;
    }),
  ];
}
