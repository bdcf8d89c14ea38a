import { Cursor, type Path, splitAtCommas } from '../objects/cursor.ts';
import { plainText, type Token } from '../objects/tokens.ts';

/** A column after the migrations. */
export interface StandingColumn {
  /** `varchar ( 40 )`, `"public" . "state"`: the words of the statement. */
  readonly type: string;
  readonly notNull: boolean;
  readonly hasDefault: boolean;
  /** The expression of its default, in the words of the statement that added the column. */
  readonly default?: string | undefined;
}

/** What a statement does to a column. */
export type ColumnChange = {
  readonly does: 'add' | 'drop' | 'rename' | 'retype' | 'not null' | 'drop default';
  readonly table: Path;
  readonly name: string;
  /** The column before; undefined when it is unknown. */
  readonly before: StandingColumn | undefined;
  /** The column afterwards; undefined when it is dropped or unknown. */
  readonly after: StandingColumn | undefined;
  /** The new name of a renamed column. */
  readonly to?: string;
};

/** The columns of tables after a series of statements. A statement that is not understood changes nothing. */
export class Columns {
  readonly #tables: Map<string, Map<string, StandingColumn>>;

  constructor(tables: Iterable<readonly [string, ReadonlyMap<string, StandingColumn>]> = []) {
    this.#tables = new Map([...tables].map(([key, columns]) => [key, new Map(columns)]));
  }

  copy(): Columns {
    return new Columns(this.#tables);
  }

  hasTable(table: Path): boolean {
    return this.#tables.has(keyOf(table));
  }

  find(table: Path, name: string): StandingColumn | undefined {
    return this.#tables.get(keyOf(table))?.get(name);
  }

  /** @returns the changes of columns of tables that remain */
  apply(statement: string): ColumnChange[] {
    if (!/\btable\b/i.test(statement)) return [];
    const [, inner] = executed.exec(statement) ?? [];
    if (inner !== undefined) return this.apply(inner.replaceAll("''", "'"));
    const cursor = Cursor.of(statement);
    if (cursor.take('create table')) return this.#create(cursor);
    if (cursor.take('drop table')) {
      cursor.take('if exists');
      for (const table of cursor.list(() => cursor.path())) this.#tables.delete(keyOf(table));
      return [];
    }
    if (!cursor.take('alter table')) return [];
    cursor.take('if exists');
    cursor.take('only');
    const table = cursor.path();
    if (table === undefined) return [];
    return splitAtCommas(cursor.rest()).flatMap(
      (action) => this.#alter(table, new Cursor(action)) ?? [],
    );
  }

  #create(cursor: Cursor): ColumnChange[] {
    const keeps = cursor.take('if not exists');
    const table = cursor.path();
    const parts = cursor.group();
    if (table === undefined || parts === undefined || (keeps && this.hasTable(table))) return [];
    const columns = splitAtCommas(parts).flatMap((part): (readonly [string, StandingColumn])[] => {
      const [first, ...rest] = part;
      if (first === undefined || (first.kind === 'word' && isConstraint.test(first.value)))
        return [];
      return [[first.value, columnOf(rest)]];
    });
    this.#tables.set(keyOf(table), new Map(columns));
    return [];
  }

  #alter(table: Path, cursor: Cursor): ColumnChange[] | undefined {
    const columns = this.#tables.get(keyOf(table)) ?? new Map<string, StandingColumn>();
    if (cursor.take('rename to')) {
      this.#tables.delete(keyOf(table));
      this.#tables.set(keyOf({ ...table, name: cursor.name() ?? '' }), columns);
      return [];
    }
    if (cursor.take('set schema')) {
      this.#tables.delete(keyOf(table));
      this.#tables.set(keyOf({ ...table, schema: cursor.name() ?? '' }), columns);
      return [];
    }
    const action = cursor.takeOne('add', 'drop', 'rename', 'alter');
    if (action === undefined || cursor.take('constraint')) return undefined;
    const isNamed = cursor.take('column');
    if (!isNamed && cursor.peek()?.kind === 'word' && isConstraint.test(cursor.peek()?.value ?? ''))
      return undefined;
    cursor.takeOne('if not exists', 'if exists');
    const name = cursor.name();
    if (name === undefined) return undefined;
    this.#tables.set(keyOf(table), columns);
    const before = columns.get(name);
    const changed = (does: ColumnChange['does'], after: StandingColumn | undefined) => {
      if (after === undefined) columns.delete(name);
      else columns.set(name, after);
      return [{ does, table, name, before, after }];
    };
    if (action === 'add') return changed('add', columnOf(cursor.rest()));
    if (action === 'drop') return changed('drop', undefined);
    if (action === 'rename') {
      const to = (cursor.take('to') && cursor.name()) || '';
      columns.delete(name);
      if (before !== undefined) columns.set(to, before);
      return [{ does: 'rename', table, name, before, after: before, to }];
    }
    const known = before ?? { type: '', notNull: false, hasDefault: false };
    if (cursor.take('set not null')) return changed('not null', { ...known, notNull: true });
    if (cursor.take('drop default'))
      return changed('drop default', { ...known, hasDefault: false, default: undefined });
    if (cursor.take('drop not null')) columns.set(name, { ...known, notNull: false });
    if (cursor.take('set default'))
      columns.set(name, { ...known, hasDefault: true, default: plainText(cursor.rest()) });
    if (cursor.takeOne('set data type', 'type') === undefined) return undefined;
    return changed('retype', { ...known, type: typeOf(cursor.rest()) });
  }
}

/** A statement that `generate` writes as text; see `changesOfMade`. */
const executed = /^do \$tenantry\$\s+begin\s+execute '((?:[^']|'')*)';\s+end\s+\$tenantry\$;?$/m;

const keyOf = ({ schema, name }: Path): string => JSON.stringify([schema, name]);

const isConstraint = /^(constraint|primary|unique|foreign|check|exclude|like)$/;

/** Tokens that end the type of a column. */
const ends =
  /^(primary|default|not|null|generated|unique|references|check|constraint|collate|using)$/;

function typeOf(tokens: readonly Token[]): string {
  const end = tokens.findIndex(({ kind, value }) => kind === 'word' && ends.test(value));
  return plainText(tokens.slice(0, end === -1 ? undefined : end));
}

function columnOf(tokens: readonly Token[]): StandingColumn {
  const words = ` ${plainText(tokens)} `;
  const type = typeOf(tokens);
  return {
    type,
    notNull: / not null /.test(words) || / primary key /.test(words),
    hasDefault: / (default|generated) /.test(words) || /serial$/.test(type),
    default: defaultOf(tokens),
  };
}

function defaultOf(tokens: readonly Token[]): string | undefined {
  const begin = tokens.findIndex(({ kind, value }) => kind === 'word' && value === 'default');
  if (begin === -1) return undefined;
  let depth = 0;
  const end = tokens.findIndex(({ kind, value, text }, i) => {
    if (text === '(') depth += 1;
    if (text === ')') depth -= 1;
    return i > begin && depth === 0 && kind === 'word' && ends.test(value);
  });
  return plainText(tokens.slice(begin + 1, end === -1 ? undefined : end));
}
