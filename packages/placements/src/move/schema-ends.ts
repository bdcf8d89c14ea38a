import type { Queryable } from '@tenantry/core/sql';
import { places } from '../api/places.ts';
import type { TenantTables } from '../rows/index.ts';
import type { Move } from './state.ts';

/** Where one end of a move is. */
export interface EndPlace {
  /** The schema of the shared database; null for the shared tables and for a database. */
  readonly schema: string | null;
  /** Whether it is in the shared database. */
  readonly isShared: boolean;
  /** Whether the other end is in the same database: tables that stay are not moved. */
  readonly within: boolean;
}

/** Where both ends of a move are. @param db in a system scope, on the shared database */
export async function endsOf(
  db: Queryable,
  { source, target }: Pick<Move, 'source' | 'target'>,
): Promise<{ readonly source: EndPlace; readonly target: EndPlace }> {
  const known = await places(db);
  const schemaOf = (place: string | null) =>
    known.find(({ name }) => name === place)?.schema ?? null;
  const isShared = (place: string | null) => place === null || schemaOf(place) !== null;
  const within = isShared(source) && isShared(target);
  const end = (place: string | null) => ({
    schema: schemaOf(place),
    isShared: isShared(place),
    within,
  });
  return { source: end(source), target: end(target) };
}

/** The tables whose rows are moved: within a database those that a schema of a tenant has. */
export const movedTables = (all: TenantTables, { within }: EndPlace): TenantTables =>
  within ? { ...all, tables: all.tables.filter(({ inSchemas }) => inSchemas) } : all;

/** What an end is called in messages. */
export function titleOfEnd(place: string | null, { schema, within }: EndPlace): string {
  if (schema !== null) return `the schema ${schema}`;
  if (place !== null) return `the place ${place}`;
  return within ? 'the shared tables' : 'the shared database';
}
