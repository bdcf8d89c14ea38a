import { checkOptions, checkType } from '@tenantry/core/errors';
import { type ColumnsLike, type Fragment, markTable, tableOf } from '@tenantry/rls/feature';
import { type Captured, capturedMark } from './marks.ts';

/** What `audited(t, options)` takes; columns are named by their properties. */
export interface AuditedOptions<P extends string> {
  /**
   * The resource type of the entries, and the first word of their actions. Default: the name of the
   * table.
   */
  readonly resource?: string;
  /**
   * The column, or columns, that identify a row within its tenant. The values of several columns form the
   * resource id as a JSON array of texts. Default: 'id'.
   */
  readonly id?: P | readonly P[];
  /**
   * Columns that are not recorded; an update of only these columns leaves no entry. Generated columns are
   * recorded only when `mask` or `personal` names them: they follow from others, and would show what is
   * left out there. Default: none.
   */
  readonly exclude?: readonly P[];
  /** Columns for which only the presence or change of a value is recorded: `[masked]`. Default: none. */
  readonly mask?: readonly P[];
  /** Columns whose values can be erased later without breaking a proof. Default: none. */
  readonly personal?: readonly P[];
}

/**
 * Records every insert, update, delete and TRUNCATE of a table, by any SQL, in the transaction of the
 * change: one entry per row, with the changes.
 *
 * `tenantry generate` writes three statement triggers with transition tables and one for TRUNCATE:
 * ```sql
 * create trigger tenantry_audit_update after update on projects
 *   referencing old table as old_rows new table as new_rows
 *   for each statement execute function tenantry.audit_capture_public_projects();
 * ```
 * The entries are `projects.inserted`, `.updated`, `.deleted`, `.truncated`, with the metadata
 * `{ old, new }`. For values of more than 8 KiB only the size is recorded.
 *
 * @example
 * ```ts
 * (t) => [...isolate(t), ...audited(t, { exclude: ['updatedAt'], mask: ['token'], personal: ['email'] })]
 * ```
 */
export function audited<T extends ColumnsLike>(
  t: T,
  options: AuditedOptions<keyof T & string> = {},
): Fragment[] {
  checkType(t, 'object', 't of audited');
  checkOptions('audited', options, {
    resource: 'string?',
    id: 'any',
    exclude: 'array?',
    mask: 'array?',
    personal: 'array?',
  });
  const [column] = Object.values(t);
  const { resource, id, exclude = [], mask = [], personal = [] } = options;
  const ids = id === undefined ? undefined : ([id].flat() as (keyof T & string)[]);
  const captured: Captured = { resource, id: ids, exclude, mask, personal };
  if (column !== undefined) markTable(tableOf(column), capturedMark, captured);
  return [];
}
