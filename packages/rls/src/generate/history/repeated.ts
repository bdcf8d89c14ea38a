import { splitStatements } from '../statements.ts';
import { changesOf, type Migrated } from './read.ts';

const kinds = new Set(['table', 'type', 'schema', 'sequence', 'index']);

/** An object that a migration creates although an earlier one created it. */
export interface Repeated {
  /** `table projects`, `column note of projects` */
  readonly what: string;
  /** The migration that made it; undefined for a column. */
  readonly file: string | undefined;
}

/**
 * The objects that a migration of drizzle-kit creates again. Its last snapshot does not contain the
 * earlier migrations, for example after a merge of two branches, and the migration would fail where they
 * have run.
 */
export function repeated(text: string, migrated: Migrated): Repeated[] {
  const standing = migrated.standing.copy();
  const columns = migrated.columns.copy();
  const found: Repeated[] = [];
  for (const statement of splitStatements(text.replaceAll('--> statement-breakpoint', ''))) {
    const changes = changesOf(statement);
    for (const change of changes) {
      if (change.does !== 'make' || change.keeps === true || !kinds.has(change.object.kind))
        continue;
      const made = standing.find(change.object);
      if (made === undefined) continue;
      found.push({ what: `${made.kind} ${made.name}`, file: made.sources.at(-1)?.file });
    }
    standing.apply(changes, { file: '', isOurs: false });
    for (const { does, table, name, before } of columns.apply(statement)) {
      if (does !== 'add' || before === undefined || /\bif not exists\b/i.test(statement)) continue;
      found.push({ what: `column ${name} of ${table.name}`, file: undefined });
    }
  }
  return found;
}
