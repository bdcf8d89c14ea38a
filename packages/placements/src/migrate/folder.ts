import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { TenantryError } from '@tenantry/core';

/** A statement of a migration, as Drizzle sends it: the text between two breakpoints. */
export interface MigrationStatement {
  readonly text: string;
  /** The line of the file on which its text begins. */
  readonly line: number;
}

/** A migration of the folder. */
export interface Migration {
  /** `0003_seats`, or the name of its folder. */
  readonly name: string;
  /** The time that Drizzle's ledger stores, in milliseconds. */
  readonly when: number;
  /** The SHA-256 that Drizzle's ledger stores. */
  readonly hash: string;
  /** The hashes of its text with both kinds of line ends, because version control changes them. */
  readonly hashes: ReadonlySet<string>;
  readonly statements: readonly MigrationStatement[];
}

/**
 * How drizzle-kit has written the folder: with a journal of which only later entries run (0.x), or with a
 * folder for each migration, told apart by name (1.0).
 */
export type FolderForm = 'journal' | 'folders';

/** The folder of migrations. */
export interface MigrationFolder {
  readonly form: FolderForm;
  /** In the order in which they run. */
  readonly migrations: readonly Migration[];
  /** Differs when any migration does. */
  readonly fingerprint: string;
}

const breakpoint = '--> statement-breakpoint';

/**
 * Reads a folder of drizzle-kit as the migrator of Drizzle does.
 * @throws TenantryError `CONFIG_INVALID`
 */
export function readFolder(folder: string): MigrationFolder {
  const journal = join(folder, 'meta', '_journal.json');
  const [form, migrations] = existsSync(journal)
    ? (['journal', ofJournal(folder, journal)] as const)
    : (['folders', ofFolders(folder)] as const);
  const text = JSON.stringify([form, migrations.map(({ name, when, hash }) => [name, when, hash])]);
  return { form, migrations, fingerprint: sha256(text) };
}

function ofJournal(folder: string, journal: string): Migration[] {
  let entries: unknown;
  try {
    ({ entries } = JSON.parse(readFileSync(journal, 'utf8')) as { entries?: unknown });
  } catch {
    throw unreadable('meta/_journal.json of the migrations is not JSON');
  }
  if (!Array.isArray(entries))
    throw unreadable('meta/_journal.json of the migrations has no entries');
  return entries.map((entry: { tag?: unknown; when?: unknown } | null) => {
    const { tag, when } = entry ?? {};
    if (typeof tag !== 'string' || !Number.isSafeInteger(when)) {
      throw unreadable('an entry of meta/_journal.json has no tag, or no time');
    }
    return migration(tag, when as number, join(folder, `${tag}.sql`));
  });
}

function ofFolders(folder: string): Migration[] {
  const names = existsSync(folder)
    ? readdirSync(folder).filter((name) => existsSync(join(folder, name, 'migration.sql')))
    : [];
  if (names.length === 0) {
    throw unreadable(
      'the folder of migrations has neither meta/_journal.json nor a folder with migration.sql',
      'Write migrations with `npx tenantry generate`, or name their folder with --migrations.',
    );
  }
  // the order of Drizzle
  names.sort((a, b) => a.localeCompare(b));
  return names.map((name) => migration(name, timeOf(name), join(folder, name, 'migration.sql')));
}

/** `20260131120000_tables` */
function timeOf(name: string): number {
  const [, ...parts] = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)/.exec(name) ?? [];
  if (parts.length === 0) throw unreadable(`the folder ${name} does not begin with a time`);
  const [year = 0, month = 1, ...rest] = parts.map(Number);
  return Date.UTC(year, month - 1, ...rest);
}

function migration(name: string, when: number, file: string): Migration {
  if (!existsSync(file)) throw unreadable(`there is no file for the migration ${name}`);
  const text = readFileSync(file, 'utf8');
  const unix = text.replaceAll('\r\n', '\n');
  return {
    name,
    when,
    hash: sha256(text),
    hashes: new Set([text, unix, unix.replaceAll('\n', '\r\n')].map(sha256)),
    statements: statementsOf(text),
  };
}

function statementsOf(text: string): MigrationStatement[] {
  let line = 1;
  return text.split(breakpoint).map((part) => {
    const [blank = ''] = /^\s*/.exec(part) ?? [];
    const at = line + linesIn(blank);
    line += linesIn(part);
    return { text: part, line: at };
  });
}

const linesIn = (text: string) => text.split('\n').length - 1;

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

const unreadable = (
  found: string,
  fix = 'Bring it back from version control, or write it again with `npx tenantry generate`.',
) => new TenantryError('CONFIG_INVALID', { found: `${found}.`, fix });
