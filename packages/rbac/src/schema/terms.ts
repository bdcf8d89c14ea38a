import type { IdKind, Tenancy } from '@tenantry/core';
import { checkType } from '@tenantry/core/errors';
import { idKindOf, literal } from '@tenantry/core/sql';
import type { ColumnLike, PolicyTerms } from '@tenantry/rls';
import { tableOf } from '@tenantry/rls/feature';
import { type SQL, sql } from 'drizzle-orm';
import { citusTerms, type DialectTerms } from './citus-terms.ts';

/** A permission that a policy requires, for the whole tenant or also for a single resource. */
export type PermissionTerm<P extends string> =
  | P
  | {
      readonly permission: P;
      /**
       * The column with the id of the resource: `t.id`, `t.projectId`. Default: none; the permission is
       * needed for the whole tenant.
       */
      readonly of?: ColumnLike;
      /** The type of that resource. Default: the type in the permission. */
      readonly resource?: string;
      /**
       * What must also be true of the row: `` sql`${t.deletedAt} is null` ``. An UPDATE is refused that
       * makes it false, of the term to update and of the term to read. Default: nothing.
       */
      readonly where?: SQL;
    };

/** The permissions of a table. */
export interface PermissionTerms<P extends string> {
  /** The permission to read its rows; a row that cannot be read cannot be updated or deleted. */
  readonly read?: PermissionTerm<P>;
  /** The permission to write its rows: one for all commands, or one for each. */
  readonly write?: PermissionTerm<P> | PermissionWriteTerms<P>;
}

/** A permission for each command that writes. */
export interface PermissionWriteTerms<P extends string> {
  readonly insert?: PermissionTerm<P>;
  readonly update?: PermissionTerm<P>;
  readonly delete?: PermissionTerm<P>;
}

/** The table of a term: its dialect, and its tenant column. */
export interface TermTable {
  readonly dialect: Tenancy['dialect'];
  readonly tenant: ColumnLike | undefined;
}

/**
 * `(select tenantry.can('projects:read'))`: the sub-select makes it an InitPlan, evaluated once per
 * statement. The resource ids are also read once, as an array; a call per row would cost a thousand times
 * as much. Citus takes no sub-select: see `citusTerms`.
 */
export function policyTerm(term: PermissionTerm<string>, table: TermTable): SQL {
  const { may, mayOf } = table.dialect === 'citus' ? citusTerms(table.tenant) : plainTerms;
  if (typeof term === 'string') return may(term);
  const { permission, of, where } = checkedTerm(term);
  const allowed =
    of === undefined ? may(permission) : mayOf(permission, resourceOf(term), of, sqlTypeOf(of));
  if (where === undefined) return allowed;
  return of === undefined ? sql`${allowed} and (${where})` : sql`(${allowed}) and (${where})`;
}

const checkedTerm = (term: Exclude<PermissionTerm<string>, string>) => {
  checkType(term, 'object', 'a permission of rbac.isolate');
  const { permission, of, resource, where } = term;
  checkType(permission, 'string', 'option permission of rbac.isolate');
  checkType(resource, 'string?', 'option resource of rbac.isolate');
  checkType(where, 'object?', 'option where of rbac.isolate');
  if (of !== undefined) tableOf(of, 'option of of rbac.isolate');
  return term;
};

/** The type of the resource that a permission is asked for. */
export const resourceOf = ({ permission, resource }: { permission: string; resource?: string }) =>
  resource ?? permission.slice(0, permission.indexOf(':'));

const plainTerms: DialectTerms = {
  may: (permission) => sql.raw(`(select tenantry.can(${literal(permission).sql}))`),
  mayOf: (permission, resource, of, type) =>
    sql`${plainTerms.may(permission)} or ${of as unknown as SQL} = any (${sql.raw(
      `(select tenantry.allowed_ids(${literal(permission).sql}, ${literal(resource).sql}))::${type}[]`,
    )})`,
};

/** Converts permission terms to the terms of `isolate`. */
export function policyTerms(
  { read, write }: PermissionTerms<string>,
  table: TermTable,
): PolicyTerms {
  return {
    ...(read !== undefined && { read: policyTerm(read, table) }),
    ...(write !== undefined && {
      write: isEach(write)
        ? Object.fromEntries(
            Object.entries(write).map(([command, term]) => [command, policyTerm(term, table)]),
          )
        : policyTerm(write, table),
    }),
  };
}

export const isEach = <P extends string>(
  write: PermissionTerm<P> | PermissionWriteTerms<P>,
): write is PermissionWriteTerms<P> =>
  typeof write === 'object' && write !== null && !('permission' in write);

// the third argument of pgTable gets copies of the columns, without their type
export function sqlTypeOf(column: ColumnLike): IdKind {
  const columns = Object.values(tableOf(column)) as Partial<ColumnLike & Typed>[];
  return idKindOf(columns.find(({ name }) => name === column.name)?.getSQLType?.() ?? 'text');
}

interface Typed {
  getSQLType(): string;
}
