import { type Ddl, ddl, name, type SqlFunction } from '@tenantry/core/sql';
import { asSystem } from './makers.ts';
import type { Names, RbacTable } from './tables.ts';

export const events = ['insert', 'update', 'delete'] as const;
type Event = (typeof events)[number];

/** A trigger function that sees past the policies. */
export const definerTrigger = (names: Names, fn: string, body: Ddl): SqlFunction =>
  asSystem(names, ddl`${name(fn)}() returns trigger`, body);

const calls = (fn: string): Ddl => ddl`execute function tenantry.${name(fn)}();`;

/** Names in the order in which triggers of one event run. */
const triggerName = (step: 'check' | 'derive' | 'owner', what: string) =>
  name(`tenantry_rbac_${step}_${what.replace(/^rbac_/, '')}`);

const transitions: Readonly<Record<Event, Ddl>> = {
  insert: ddl`new table as come`,
  update: ddl`old table as gone new table as come`,
  delete: ddl`old table as gone`,
};

/**
 * Triggers after each statement that see what it changed as `gone` and `come`: a thousand rows are
 * one change. There is one for each event, because a transition table belongs to one.
 */
export const afterStatement = (
  table: RbacTable,
  fn: string,
  when: readonly Event[] = events,
): Ddl[] =>
  when.map(
    (event) => ddl`
      create or replace trigger ${triggerName('derive', event)} after ${{ sql: event }} on ${table.target}
        referencing ${transitions[event]} for each statement ${calls(fn)}
    `,
  );

/** A trigger after each deleted row. */
export const afterDelete = (table: RbacTable, fn: string): Ddl => afterRow(table, fn, 'delete');

/** A trigger after each new row. */
export const afterInsert = (table: RbacTable, fn: string): Ddl => afterRow(table, fn, 'insert');

const afterRow = (table: RbacTable, fn: string, when: string): Ddl => ddl`
  create or replace trigger ${triggerName('derive', fn)} after ${{ sql: when }} on ${table.target}
    for each row ${calls(fn)}
`;

/** A trigger before each row, that refuses it or lets it be. */
export const beforeRow = (table: RbacTable, fn: string, when: string): Ddl => ddl`
  create or replace trigger ${triggerName('check', fn)} before ${{ sql: when }} on ${table.target}
    for each row ${calls(fn)}
`;

/** A trigger that runs when the transaction commits, after everything that it has done. */
export function atCommit(
  table: RbacTable,
  fn: string,
  when: string,
  { only = ddl``, suffix = '' }: { readonly only?: Ddl; readonly suffix?: string } = {},
): Ddl {
  const trigger = triggerName('owner', `${fn}${suffix}`);
  return ddl`
    drop trigger if exists ${trigger} on ${table.target};
    create constraint trigger ${trigger} after ${{ sql: when }} on ${table.target}
      deferrable initially deferred for each row ${only} ${calls(fn)}
  `;
}
