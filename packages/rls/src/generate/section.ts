import { createHash } from 'node:crypto';
import type { Ddl } from '@tenantry/core/sql';
import { splitStatements } from './statements.ts';

/** A piece of the generated SQL that is written again only when it changes. */
export interface Section {
  /** `foundation`, `table:public.projects`, `references:public.tasks`, `entry`. */
  readonly id: string;
  readonly statements: readonly string[];
  /** Over the statements; it stands in the header of the migration that carries the section. */
  readonly hash: string;
  /** It only removes what an earlier version of it made; without one it need not be written. */
  readonly onlyCleans: boolean;
}

export function section(id: string, pieces: readonly Ddl[], onlyCleans = false): Section {
  const statements = pieces.flatMap(({ sql }) => splitStatements(sql));
  const hash = createHash('sha256').update(statements.join('\n')).digest('hex').slice(0, 16);
  return { id: id.replace(/\s/g, '_'), statements, hash, onlyCleans };
}

const breakpoint = '\n--> statement-breakpoint\n';
const mark = /^-- tenantry:section (\S+) ([0-9a-f]{16})$/gm;

/** The text of a migration that carries these sections. */
export function renderMigration(sections: readonly Section[]): string {
  const header = [
    '-- Written by `tenantry generate`. It can be run again at any time.',
    ...sections.map(({ id, hash }) => `-- tenantry:section ${id} ${hash}`),
    '',
    // A table that is in use makes the migration fail instead of making the application wait.
    "set local lock_timeout = '5s';",
  ].join('\n');
  return `${[header, ...sections.flatMap(({ statements }) => statements)].join(breakpoint)}\n`;
}

// A table or view that comes back after it was dropped or renamed needs its sections again.
const gone =
  /^\s*(?:drop\s+(?:table|(?:materialized\s+)?view)\s+(?:if\s+exists\s+)?|alter\s+table\s+(?=\S+\s+rename\s+to\s))(\S+?);?(?=\s|$)/gim;

/** The sections that migrations carry, the last hash of each; give the files in their order. */
export function readMigrations(files: Iterable<string>): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const text of files) {
    for (const [, table = ''] of text.matchAll(gone)) {
      const path = table.replaceAll('"', '').replace(/;?(?:-->.*)?$/, '');
      const id = path.includes('.') ? path : `public.${path}`;
      found.delete(`table:${id}`);
      found.delete(`references:${id}`);
      found.delete(`search:${id}`);
      found.delete(`view:${id}`);
    }
    for (const [, id = '', hash = ''] of text.matchAll(mark)) found.set(id, hash);
  }
  return found;
}

/** The sections that the migrations do not have yet, or have in another version. */
export function changedSections(
  sections: readonly Section[],
  written: ReadonlyMap<string, string>,
): Section[] {
  return sections.filter(({ id, hash, onlyCleans }) => {
    const known = written.get(id);
    return known === undefined ? !onlyCleans : known !== hash;
  });
}
