import { TenantryError } from '@tenantry/core';
import type { Migration, MigrationStatement } from '../../migrate/folder.ts';
import { type NamedTable, tablesNamed } from './tables-named.ts';
import { isAt, type SqlStatement, statementsIn } from './words.ts';

/** What of a migration runs in a schema. */
export interface SchemaPlan {
  readonly statements: readonly MigrationStatement[];
  /** Whether no other statement of the migration has the name of a table of the schema. */
  readonly isWhole: boolean;
}

/**
 * The statements of a migration that run in a schema of a tenant: those that change the tables which a schema
 * has, or their rows, with the names of these tables freed of their schema. What they do not bring (policies,
 * triggers, rights, functions) is made equal to the shared tables afterwards.
 *
 * A statement that changes what all tenants share, and reads a table of the schemas, may have to run once or once
 * for each tenant. Nobody can say it from its text: it is refused, unless a comment says what it is for.
 *
 * @param names the tables that a schema has; a table that is renamed is added
 * @throws TenantryError `MIGRATION_FAILED`
 */
export function planFor(migration: Migration, names: Set<string>): SchemaPlan {
  let works = false;
  let isWhole = true;
  const planned = migration.statements.flatMap(({ text, line }) =>
    statementsIn(text).flatMap((statement) => {
      const at = line + linesIn(text.slice(0, statement.offset)) - linesIn(blankOf(text));
      const tables = tablesNamed(statement.words);
      const kind = kindOf(statement, tables, names);
      if (typeof kind === 'object') throw refused(migration, at + blankLines(statement), kind);
      if (kind === 'skip') {
        if (mentions(statement, names)) isWhole = false;
        return [];
      }
      if (kind === 'run') works = true;
      renamed(statement, tables, names);
      return [{ text: freed(statement, tables, names), line: at + blankLines(statement) }];
    }),
  );
  return { statements: works ? planned : [], isWhole };
}

/** Whether a statement has the name of a table anywhere, also in a text or a block. */
const mentions = ({ text }: SqlStatement, names: ReadonlySet<string>): boolean =>
  [...names].some((name) => text.includes(name));

type Kind = 'run' | 'session' | 'skip' | { readonly table: string; readonly what: string };

function kindOf(
  { words, text, comments }: SqlStatement,
  tables: readonly NamedTable[],
  names: ReadonlySet<string>,
): Kind {
  if (/tenantry: shared tables only/.test(comments)) return 'skip';
  if (/tenantry: in each schema/.test(comments)) return 'run';
  const isOwn = ({ name }: NamedTable) => names.has(name);
  if (isAt(words, 0, 'set|reset'))
    return words.some((word) => word.text === 'search_path')
      ? { table: 'search_path', what: 'sets search_path, which says where a tenant lives' }
      : 'session';
  if (isAt(words, 0, 'do')) return ofBlock(text, names);
  const [first] = tables;
  if (isAt(words, 0, 'alter|create', 'table') || isAt(words, 0, 'create', 'unlogged', 'table'))
    return first !== undefined && isOwn(first) ? 'run' : 'skip';
  if (isAt(words, 0, 'drop', 'table') || isAt(words, 0, 'truncate')) {
    const own = tables.find(isOwn);
    if (own === undefined) return 'skip';
    return tables.every(isOwn) ? 'run' : mixed(own);
  }
  if (isAt(words, 0, 'create', 'index') || isAt(words, 0, 'create', 'unique', 'index'))
    return first !== undefined && isOwn(first) ? 'run' : 'skip';
  // others stand behind a change of the table that they are in the way of
  if (isAt(words, 0, 'drop', 'policy|trigger')) return tables.some(isOwn) ? 'run' : 'skip';
  if (isAt(words, 0, 'select') && tables.every((table) => !isOwn(table)))
    return words.some((word) => word.text === 'set_config') ? 'session' : 'skip';
  if (!isAt(words, 0, 'insert|update|delete|merge|with|select')) return 'skip';
  const own = tables.find(isOwn);
  if (own === undefined) return 'skip';
  const written = tables.filter((table) => table.written);
  return written.every(isOwn) ? 'run' : mixed(own);
}

const mixed = ({ name }: NamedTable): Kind => ({
  table: name,
  what: `names ${name}, which tenants have in schemas of their own, and changes what all share`,
});

/** A block of the application; those of ours are made good afterwards. */
function ofBlock(text: string, names: ReadonlySet<string>): Kind {
  if (/\$(tenantry|extensions)\d*\$/.test(text)) return 'skip';
  const [, , body = ''] = /\$([a-z_]*)\$([\s\S]*)\$\1\$/i.exec(text) ?? [];
  const own = statementsIn(body)
    .flatMap(({ words }) => tablesNamed(words))
    .find(({ name }) => names.has(name));
  return own === undefined
    ? 'skip'
    : {
        table: own.name,
        what: `is a block that names ${own.name}, which tenants have in schemas of their own`,
      };
}

const refused = ({ name }: Migration, line: number, { what }: { readonly what: string }) =>
  new TenantryError('MIGRATION_FAILED', {
    found: `${name}, line ${line}: the statement ${what}. Nothing of it has happened.`,
    fix: 'Split it, or say in a comment inside of it what it is for: -- tenantry: shared tables only, or -- tenantry: in each schema.',
    details: { migration: name, line },
  });

/** `alter table items rename to things` */
function renamed({ words }: SqlStatement, tables: readonly NamedTable[], names: Set<string>): void {
  const at = words.findIndex((_, i) => isAt(words, i, 'rename', 'to'));
  const to = words[at + 2];
  if (!isAt(words, 0, 'alter', 'table') || at === -1 || to === undefined || tables.length === 0)
    return;
  names.add(to.text);
}

/** The statement with tables of the schemas named without a schema, so that the search path finds them. */
function freed(
  { text }: SqlStatement,
  tables: readonly NamedTable[],
  names: ReadonlySet<string>,
): string {
  let freed = '';
  let at = 0;
  for (const { name, from, to } of tables) {
    if (!names.has(name)) continue;
    freed += `${text.slice(at, from)}"${name.replaceAll('"', '""')}"`;
    at = to;
  }
  return freed + text.slice(at);
}

const linesIn = (text: string) => text.split('\n').length - 1;
const blankOf = (text: string) => /^\s*/.exec(text)?.[0] ?? '';
const blankLines = ({ text }: SqlStatement) => linesIn(blankOf(text));
