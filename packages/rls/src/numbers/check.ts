import { TenantryError } from '@tenantry/core';
import { type DeclaredTable, type NumberModel, titleOf } from '../model/table.ts';
import { isTime, isZoned } from './local-time.ts';

const integers = /^(integer|int|int4|bigint|int8|smallint|int2)$/;
const texts = /^(text|varchar|character varying)/;

/**
 * Refuses a numbered column that could not hold what it promises.
 * @throws TenantryError `CONFIG_INVALID`
 */
export function checkNumbered(table: DeclaredTable, number: NumberModel): void {
  const refuse = (found: string, fix: string) => {
    throw new TenantryError('CONFIG_INVALID', {
      found: `numbered(t, …) on table ${titleOf(table)}, ${found}`,
      fix,
    });
  };
  const columnOf = (name: string) => table.columns.find((each) => each.name === name);
  const typeOf = (name: string) => columnOf(name)?.type ?? '';
  if (table.isolation !== 'scoped' || table.withoutTenant !== undefined) {
    refuse(
      'whose rows have not each a tenant.',
      'Use it on tables of ...isolate(t) without withoutTenant.',
    );
  }
  const { column, type, pattern, period, sequence, by, at, timeZone } = number;
  if (pattern === undefined && !integers.test(type)) {
    refuse(
      `whose column ${column} is of type ${type}.`,
      "Say how the text is made: numbered(t, { pattern: '{year}-{0000}', … }); without a pattern the column is an integer.",
    );
  }
  if (pattern !== undefined && !texts.test(type)) {
    refuse(
      `whose column ${column} is of type ${type}.`,
      'A pattern makes texts: give the column the type text, or leave the pattern out.',
    );
  }
  for (const part of [period, sequence]) {
    if (part === undefined || integers.test(typeOf(part))) continue;
    refuse(
      `whose column ${part} is of type ${typeOf(part)}.`,
      'The parts of a number are integers.',
    );
  }
  for (const each of [...by, ...(at === undefined ? [] : [at])]) {
    if (columnOf(each)?.notNull === true) continue;
    refuse(
      `whose column ${each} may be null.`,
      'What decides a series is not null: add .notNull() to the column.',
    );
  }
  if (pattern === undefined || pattern.restart === 'never') return;
  if (at !== undefined && !isTime(typeOf(at))) {
    refuse(
      `whose column ${at} of type ${typeOf(at)} says no year.`,
      'Name a date or a time: numbered(t, { at: t.issuedOn }).',
    );
  }
  if (timeZone === undefined && (at === undefined || isZoned(typeOf(at)))) {
    refuse(
      'whose numbers begin anew, and nothing says in which time zone.',
      "Name it: numbered(t, { …, timeZone: 'Europe/Zurich' }).",
    );
  }
}
