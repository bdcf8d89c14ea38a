import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { DoctorFinding, Feature, FeatureCheck } from '@tenantry/rls/feature';
import type { Project } from '../../config/load-config.ts';
import { migrationEntries, nameOf } from '../generate/migrations.ts';

const docs = 'https://tenantry.dev/guides/migrations#when-something-went-wrong';

type Query = Parameters<FeatureCheck['find']>[0]['query'];

/** A row of Drizzle's table of applied migrations. */
interface Ran {
  readonly hash: string;
  readonly at: number;
}

interface File extends Ran {
  readonly name: string;
  /** Whether it is in a journal, of which only later entries are run, as in Drizzle 0.x. */
  readonly inJournal: boolean;
  /** The hashes of the text with both kinds of line ends, because version control changes them. */
  readonly hashes: ReadonlySet<string>;
}

/**
 * Compares the folder of migrations with Drizzle's table in the database: which of them have run, which
 * have run but are not in the folder, which were changed after they ran. It reports nothing when another
 * runner applies the migrations.
 */
export function migrationsFeature(project: Pick<Project, 'migrations' | 'journal'>): Feature {
  const check = (
    id: string,
    severity: FeatureCheck['severity'],
    title: string,
    find: (files: readonly File[], ran: readonly Ran[]) => DoctorFinding[],
  ): FeatureCheck => ({
    id: `migrations-${id}`,
    severity,
    title,
    docs,
    async find({ query }) {
      const ran = await whatRan(query, project.journal);
      return ran === undefined ? [] : find(filesOf(project.migrations), ran);
    },
  });
  return {
    name: 'migrations',
    dialects: ['postgres', 'citus'],
    sql: () => ({ sections: [] }),
    doctor: [
      check('not-run', 'warning', 'Every migration of the folder ran', notRun),
      check('unknown', 'warning', 'Every migration that ran is in the folder', unknown),
      check('edited', 'warning', 'No migration was changed after it ran', edited),
      invalidIndexes,
    ],
  };
}

const hashOf = (text: string) => createHash('sha256').update(text).digest('hex');

function filesOf(folder: string): File[] {
  return migrationEntries(folder).map(({ file, when }) => {
    const text = readFileSync(file, 'utf8');
    const unix = text.replaceAll('\r\n', '\n');
    return {
      name: nameOf(file),
      inJournal: !file.endsWith('migration.sql'),
      at: when,
      hash: hashOf(text),
      hashes: new Set([text, unix, unix.replaceAll('\n', '\r\n')].map(hashOf)),
    };
  });
}

async function whatRan(
  query: Query,
  { schema, table }: Project['journal'],
): Promise<Ran[] | undefined> {
  const quoted = `"${schema.replaceAll('"', '""')}"."${table.replaceAll('"', '""')}"`;
  const { rows } = await query('select to_regclass($1) is not null as is', [quoted]);
  if (!(rows[0] as { is: boolean }).is) return undefined;
  const found = await query(`select hash, created_at from ${quoted} order by created_at`);
  return (found.rows as { hash: string; created_at: string }[]).map((row) => ({
    hash: row.hash,
    at: Number(row.created_at),
  }));
}

const isSame = (file: File, ran: Ran) => ran.at === file.at || file.hashes.has(ran.hash);

function notRun(files: readonly File[], ran: readonly Ran[]): DoctorFinding[] {
  const last = Math.max(...ran.map(({ at }) => at));
  return files
    .filter((file) => !ran.some((each) => isSame(file, each)))
    .map(({ name, at, inJournal }) =>
      at > last || !inJournal
        ? {
            object: name,
            found: 'the migration has not run here: the database is behind the folder.',
            fix: 'Run the migrations: npx drizzle-kit migrate.',
          }
        : {
            object: name,
            found:
              'the migration has not run here, and is older than one that has, as after a merge of two branches: migrate() of Drizzle 0.x leaves it out without a word.',
            fix: 'Delete it with its snapshot and its entry in meta/_journal.json, and run `npx tenantry generate`: what it brought is written behind the others. If it ran in other databases, run it here by hand.',
          },
    );
}

function unknown(files: readonly File[], ran: readonly Ran[]): DoctorFinding[] {
  return ran
    .filter((each) => !files.some((file) => isSame(file, each)))
    .map(({ hash, at }) => ({
      object: `migration of ${new Date(at).toISOString()}`,
      found: `a migration ran here that is not in the folder, sha256 ${hash.slice(0, 16)}…: the database is ahead of the folder, or its file was deleted.`,
      fix: 'Check out the branch that has it, or bring the file back from version control; generate nothing before.',
    }));
}

function edited(files: readonly File[], ran: readonly Ran[]): DoctorFinding[] {
  return files
    .filter(({ at, hashes }) => ran.some((each) => each.at === at && !hashes.has(each.hash)))
    .map(({ name }) => ({
      object: name,
      found:
        'the migration was changed after it ran here: another database gets what this one has not.',
      fix: 'Take the change back, and write it as a migration of its own: npx drizzle-kit generate --custom.',
    }));
}

/**
 * Invalid indexes, which a failed `create index concurrently` leaves, because no transaction rolls it
 * back.
 */
const invalidIndexes: FeatureCheck = {
  id: 'migrations-index-invalid',
  severity: 'warning',
  title: 'Every index was built to its end',
  docs,
  async find({ query }) {
    const { rows } = await query(`
      select format('%I.%I', n.nspname, x.relname) as index, i.indrelid::regclass::text as of_table, i.indisunique as is_unique
      from pg_index i join pg_class x on x.oid = i.indexrelid join pg_namespace n on n.oid = x.relnamespace
      where not i.indisvalid and x.relkind = 'i' and n.nspname !~ '^pg_'
        and not exists (select from pg_stat_progress_create_index p where p.index_relid = i.indexrelid)
      order by 1`);
    return (rows as { index: string; of_table: string; is_unique: boolean }[]).map(
      ({ index, of_table: table, is_unique: isUnique }) => ({
        object: index,
        severity: isUnique ? ('error' as const) : ('warning' as const),
        found: `the index of ${table} is not valid: building it failed half-way, no query uses it${isUnique ? ', and rows that were there may be twice' : ''}. IF NOT EXISTS takes it for built.`,
        fix: 'Drop it, correct what it failed on, and run its statement again.',
        fixSql: [`drop index if exists ${index};`],
      }),
    );
  },
};
