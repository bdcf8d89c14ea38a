import pg from 'pg';
import { identifier } from '../../sql/client.ts';
import type { Library } from '../library.ts';
import type { Table } from '../model.ts';
import type { World } from '../world.ts';
import { readingAttacks } from './reading.ts';
import type { TableAttack } from './table-attack.ts';
import { writingAttacks } from './writing.ts';

/** The table by its name alone, which is that of whoever asks. */
export const byName = (table: Table): Table => ({ ...table, sql: identifier(table.name) });

const named = (title: string, names: readonly string[], change: (world: World) => World) =>
  [...readingAttacks, ...writingAttacks]
    .filter(({ name }) => names.includes(name))
    .map(
      (attack): TableAttack => ({
        name: `${attack.name}, ${title}`,
        run: (world, table) => attack.run(change(world), byName(table)),
      }),
    );

const writes = ['insert for the other', 'update', 'delete', 'move', 'upsert'];

/** A statement that names no schema, as applications write them: the path decides whose table it means. */
export const attacksByName = named(
  'by name',
  ['read', 'read by key', 'cursor', 'COPY', 'stacked SQL', 'pool churn', ...writes],
  (world) => world,
);

/** The same on one connection that changes from tenant to tenant. */
export const attacksByNameAlone = named('by name', ['prepared statement'], (world) => world);

/** The same with the path of the other tenant, which any statement may set. */
export const attacksByPath = named(
  'by search path',
  ['read', 'read by key', 'count', 'cursor', 'stacked SQL', ...writes],
  (world) => ({ ...world, library: onPath(world.library, world.homes.victim.path) }),
);

const onPath = (library: Library, path: string): Library => ({
  ...library,
  undone: (fn) =>
    library.undone(async (asker) => {
      const value = pg.escapeLiteral(path).trim();
      await asker.query(`select pg_catalog.set_config('search_path', ${value}, true)`);
      return fn(asker);
    }),
});
