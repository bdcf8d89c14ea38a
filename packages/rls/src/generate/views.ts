import type { Tenancy } from '@tenantry/core';
import { type Ddl, ddl, join, name } from '@tenantry/core/sql';
import { is } from 'drizzle-orm';
import {
  getMaterializedViewConfig,
  getViewConfig,
  isPgSequence,
  PgMaterializedView,
  PgView,
} from 'drizzle-orm/pg-core';
import { type DeclaredTable, type TableName, titleOf } from '../model/table.ts';
import type { GenerateWarning } from './check.ts';
import { type Section, section } from './section.ts';

/** A view of the schema module. */
export interface ViewModel extends TableName {
  /** Whether it reads with the rights and the tenant of the caller. */
  readonly asInvoker: boolean;
}

/** Reads the views of a schema module; existing views that it only references are not ours to grant. */
export function readViews(schema: Readonly<Record<string, unknown>>): ViewModel[] {
  return Object.values(schema).flatMap((value) => {
    if (is(value, PgView)) {
      const config = getViewConfig(value);
      const asInvoker = config.with?.securityInvoker === true;
      return config.isExisting ? [] : [{ ...named(config), asInvoker }];
    }
    if (is(value, PgMaterializedView)) {
      const config = getMaterializedViewConfig(value);
      return config.isExisting ? [] : [{ ...named(config), asInvoker: false }];
    }
    return [];
  });
}

const named = (object: { readonly name: string; readonly schema: string | undefined }) => ({
  schema: object.schema ?? 'public',
  name: object.name,
});

/** Grants the views that cannot leak, and revokes all rights on the others. */
export function viewSection({ roles }: Tenancy, view: ViewModel): Section {
  const target = name(view.schema, view.name);
  const both = join([name(roles.app), name(roles.system)]);
  return section(`view:${view.schema}.${view.name}`, [
    ddl`revoke all on table ${target} from public, ${both};`,
    ...(view.asInvoker ? [ddl`grant select on table ${target} to ${both};`] : []),
  ]);
}

export function viewWarnings(views: readonly ViewModel[]): GenerateWarning[] {
  return views
    .filter(({ asInvoker }) => !asInvoker)
    .map((view) => ({
      code: 'VIEW_READS_AS_OWNER',
      table: titleOf(view),
      found:
        'the view reads with its owner\u2019s rights, past the policies, so it is granted to nobody.',
      fix: 'Declare it with .with({ securityInvoker: true }); a materialised view has no such option, read it in a function that checks the tenant.',
    }));
}

/** Rights on the schemas of the tables and of their types, and on separately declared sequences. */
export function schemaSection(
  { roles }: Tenancy,
  schema: Readonly<Record<string, unknown>>,
  tables: readonly DeclaredTable[],
  views: readonly ViewModel[],
): Section {
  const both = join([name(roles.app), name(roles.system)]);
  const sequences = Object.values(schema)
    .filter(isPgSequence)
    .map((sequence) => ({
      schema: sequence.schema ?? 'public',
      name: sequence.seqName ?? '',
    }));
  const types = tables.flatMap(({ columns }) =>
    columns.flatMap(({ typeSchema }) => typeSchema ?? []),
  );
  const schemas = [...tables, ...views, ...sequences].map((object) => object.schema).concat(types);
  return section('schemas', [
    ...[...new Set(schemas)].sort().map((s) => ddl`grant usage on schema ${name(s)} to ${both};`),
    ...sequences.flatMap((sequence): Ddl[] => {
      const target = name(sequence.schema, sequence.name);
      return [
        ddl`revoke all on sequence ${target} from public;`,
        ddl`grant usage on sequence ${target} to ${both};`,
      ];
    }),
  ]);
}
