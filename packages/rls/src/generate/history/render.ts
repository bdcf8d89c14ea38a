import { titleOfPath } from '../../model/table.ts';
import type { Section } from '../section.ts';

/** The content of a migration. */
export interface MigrationContent {
  readonly sections: readonly Section[];
  /** Statements before the sections, and after them. */
  readonly first?: readonly string[];
  readonly last?: readonly string[];
  /** Notes for a reviewer, one sentence each. */
  readonly notes?: readonly string[];
}

const breakpoint = '\n--> statement-breakpoint\n';

/** The text of a migration with these sections, each under its heading. */
export function renderMigration(content: MigrationContent | readonly Section[]): string {
  const {
    sections,
    first = [],
    last = [],
    notes = [],
  } = 'sections' in content ? content : { sections: content };
  const header = [
    '-- Written by `tenantry generate`. It can be run again at any time.',
    ...notes.map((note) => `-- ${note}`),
    ...sections.map(({ id, hash }) => `-- tenantry:section ${id} ${hash}`),
    '',
    // A locked table makes the migration fail instead of blocking the application.
    "set local lock_timeout = '5s';",
  ].join('\n');
  return `${[
    header,
    ...headed('what is no longer declared', first),
    ...sections.flatMap(({ id, statements }) => headed(headingOf(id), statements)),
    ...headed('what is no longer declared, and nothing needs any more', last),
  ].join(breakpoint)}\n`;
}

function headed(heading: string, statements: readonly string[]): string[] {
  const [head, ...others] = statements;
  return head === undefined ? [] : [`-- ${heading}\n${head}`, ...others];
}

const headings: Readonly<Record<string, string>> = {
  foundation: 'roles, the schema of the tenancy, the tenant of the transaction',
  schemas: 'rights on schemas and sequences',
  previous: 'roles that code from before still takes on',
  entry: 'how requests enter: the tenant of a claim, and its members',
  attributes: 'what roles do not need, because policies let them through',
};

function headingOf(id: string): string {
  const [kind, ...rest] = id.split(':');
  const name = titleOfPath(rest.join(':'));
  switch (kind) {
    case 'table':
      return `table ${name}: row security, policies, rights, trigger`;
    case 'made':
      return `table ${name}: columns, keys, indexes`;
    case 'keys':
      return `table ${name}: keys and indexes that its isolation stands on`;
    case 'references':
      return `references of ${name}: foreign keys that cannot cross tenants`;
    case 'search':
      return `search in ${name}: indexes and functions`;
    case 'view':
      return `view ${name}: rights`;
    default:
      return headings[id] ?? `${kind}: ${name}`;
  }
}
