import { randomBytes } from 'node:crypto';
import { type Tenancy, TenantryError } from '@tenantry/core';
import { name, textInSchema } from '@tenantry/core/sql';
import { pathOf } from '@tenantry/rls/model';
import type { RowColumn, TenantTable } from '../../rows/tenant-table.ts';
import { type Session, type TextRow, textRows } from '../client.ts';
import { type MadeMask, type Masker, maskerOf } from './mask-value.ts';
import type { Mask } from './masked.ts';
import type { MaskedTable } from './masks-sql.ts';

/** How the rows of a tenant are masked when they are read. */
export interface Masking {
  /** What is read for a column `t`: itself, or an expression. */
  read(table: TenantTable, column: RowColumn): string;
  /** Masks what was read. */
  row(table: TenantTable, columns: readonly RowColumn[], row: TextRow): TextRow;
}

/** Names of columns that say something about a person; names are split into words by _. */
const personalName =
  /(^|_)(e?mail(_address)?|phone|phone_number|mobile|fax|first_?name|last_?name|full_?name|given_?name|family_?name|sur_?name|birth_?(day|date)|date_of_birth|dob|ssn|iban|passport|street|postal_code|zip|ip|ip_address)(_|$)/;
/** In a table of people these do too. */
const ofPeople =
  /(^|_)(name|nick|user_?name|display_?name|title|avatar|image|picture|photo|bio|address)(_|$)/;

const least = 32;

/**
 * Reads the masks that were declared, and refuses a column that looks personal and has none.
 *
 * @param key makes the masks. Default: one that nobody knows, for this masking alone
 * @throws TenantryError `PERSONAL_UNMASKED`, `MASKING_KEY_SHORT`
 */
export async function maskingOf(
  session: Session,
  { schema }: Tenancy,
  tables: readonly TenantTable[],
  key?: string,
): Promise<Masking> {
  if (key !== undefined && key.length < least)
    throw new TenantryError('MASKING_KEY_SHORT', {
      found: `${key.length} characters where ${least} are the least.`,
    });
  const [said] = await textRows(
    session,
    textInSchema(schema, 'select tenantry.masked_columns()::text'),
  );
  const declared = new Map(
    (JSON.parse(said?.[0] ?? '[]') as MaskedTable[]).map((table) => [pathOf(table), table.masks]),
  );
  const maskOf = (table: TenantTable, column: string): Mask | undefined =>
    declared.get(pathOf(table))?.[column];
  const open = tables.flatMap((table) =>
    table.columns
      .filter((column) => looksPersonal(table, column) && maskOf(table, column.name) === undefined)
      .map((column) => `${pathOf(table)}.${column.name}`),
  );
  if (open.length > 0)
    throw new TenantryError('PERSONAL_UNMASKED', { found: `${open.join(', ')}.` });
  const masker = maskerOf(key ?? randomBytes(least));
  return {
    read: (table, { name: column }) => {
      const mask = maskOf(table, column);
      const own = `t.${name(column).sql}`;
      if (mask === 'null') return 'null';
      return typeof mask === 'object' && 'sql' in mask ? `(${mask.sql})` : own;
    },
    row: (table, columns, row) =>
      row.map((value, i) => {
        const column = columns[i] as RowColumn;
        return value === null
          ? null
          : maskedValue(masker, maskOf(table, column.name), value, column);
      }),
  };
}

function maskedValue(
  masker: Masker,
  mask: Mask | undefined,
  value: string,
  column: RowColumn,
): string {
  if (mask === undefined || mask === 'unmasked' || mask === 'null') return value;
  if (typeof mask === 'string') return masker(mask as MadeMask, value, column);
  return 'sql' in mask ? value : String(mask.value);
}

/** Ids are not personal by themselves; numbers and times of a person rarely are, but for a birthday. */
function looksPersonal(table: TenantTable, { name: column, type, generated }: RowColumn): boolean {
  if (table.key.includes(column) || generated) return false;
  const snake = column.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase();
  const isText = /^(text|character|citext|json|inet|date|bytea)/.test(type);
  const isPerson = table.belonging === 'person';
  return (
    isText &&
    (personalName.test(snake) || (isPerson && (ofPeople.test(snake) || type.startsWith('json'))))
  );
}
