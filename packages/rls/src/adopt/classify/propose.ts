import { pathOf, type TableModel, titleOf } from '../../model/table.ts';
import { isWord, plain, tenantWords } from './words.ts';

/** What the tables of a schema module say about their tenancy. */
export interface ProposedTenancy {
  /** The word for the tenant, in the singular: `team`. */
  readonly tenant: string;
  /** How its ids are stored; undefined for a type that no tenancy has. */
  readonly id: 'uuid' | 'text' | 'integer' | 'bigint' | undefined;
  /** The type of its ids in the database: `uuid`, `serial`. */
  readonly type: string;
  /** The table of tenants: `teams`. */
  readonly table: string;
  /** The tables that reference it or have a column named after it. */
  readonly tables: readonly string[];
  /** How most of them spell the column: `team_id`. */
  readonly column: string | undefined;
}

/**
 * Proposes the tenancy of tables that exist: the table named after a usual word for a tenant that most
 * other tables point at.
 * @returns undefined when there is none
 */
export function proposeTenancy(tables: readonly TableModel[]): ProposedTenancy | undefined {
  const found = tenantWords.flatMap((word) => {
    const table = tables.find(({ name }) => isWord(name, word));
    const [key, ...more] = table?.keys.find(({ kind }) => kind === 'primary')?.columns ?? [];
    const type = table?.columns.find(({ name }) => name === key)?.type;
    if (table === undefined || type === undefined || more.length > 0) return [];
    const pointing = tables.flatMap((each) => {
      const column = pointer(each, table, word);
      return column === undefined || each === table ? [] : [{ table: titleOf(each), column }];
    });
    return [{ word, table, type, pointing }];
  });
  // a word without a table that points at it is a word
  const [best] = found
    .filter(({ pointing }) => pointing.length > 0)
    .sort((a, b) => b.pointing.length - a.pointing.length);
  if (best === undefined) return undefined;
  return {
    tenant: best.word,
    id: kindOf(best.type),
    type: best.type,
    table: titleOf(best.table),
    tables: best.pointing.map(({ table }) => table),
    column: most(best.pointing.map(({ column }) => column)),
  };
}

function pointer(each: TableModel, target: TableModel, word: string): string | undefined {
  const key = each.foreignKeys.find(
    ({ foreignTable, columns }) => pathOf(foreignTable) === pathOf(target) && columns.length === 1,
  );
  return (
    key?.columns[0] ?? each.columns.find(({ name }) => plain(name) === `${plain(word)}id`)?.name
  );
}

function kindOf(type: string): ProposedTenancy['id'] {
  if (type === 'uuid') return 'uuid';
  if (/^(text|varchar|char)/.test(type)) return 'text';
  if (/^(integer|serial|smallint|smallserial)$/.test(type)) return 'integer';
  return /^(bigint|bigserial)$/.test(type) ? 'bigint' : undefined;
}

function most(words: readonly string[]): string | undefined {
  const count = (word: string) => words.filter((each) => each === word).length;
  return [...words].sort((a, b) => count(b) - count(a))[0];
}
