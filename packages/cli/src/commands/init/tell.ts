import type { ProposedTenancy } from '@tenantry/rls/adopt';
import type { Print } from '@tenantry/rls/feature';
import { styleOf } from '../../terminal/style.ts';
import type { Surroundings } from '../info/detect.ts';
import type { PastThePool } from './drivers.ts';
import type { Answers } from './files.ts';
import type { Missing } from './next-steps.ts';

/** What `init` does in a folder. */
export interface Plan {
  readonly files: Readonly<Record<string, string>>;
  /** Existing files, which are kept. */
  readonly kept: readonly string[];
  /** Whether there is a schema, to which the user must add the fragments. */
  readonly hasTables: boolean;
  /** Whether `init` has run before. */
  readonly isSetUp: boolean;
  /** Whether the application has no Drizzle. */
  readonly isPlain: boolean;
}

/** What it has written, and what it saw. */
export function tell(
  { files, kept, isPlain }: Plan,
  around: Surroundings,
  missing: readonly Missing[],
  dryRun: boolean,
  print: Print,
): void {
  const { bold, green, dim } = styleOf(process.stdout);
  const drizzle = around.versions['drizzle-orm'];
  const seen = [
    isPlain
      ? (around.library ?? 'no ORM')
      : drizzle === undefined
        ? 'no Drizzle yet'
        : `Drizzle ${drizzle}`,
    around.frameworks.join(', ') || 'no framework that is known',
    around.packageManager,
  ];
  print.line(`${bold('tenantry init')}  ${seen.join(' · ')}`);
  for (const file of Object.keys(files)) print.line(`  ${green(dryRun ? '+' : '✓')} ${file}`);
  if (Object.keys(files).length === 0) print.line('  nothing to write: Tenantry is set up here');
  for (const file of kept) print.line(`  ${dim(`= ${file} exists and stays as it is`)}`);
  if (missing.some(({ names }) => names.length > 0))
    print.line(dim('  the migration waits for the packages below'));
}

/** What the tables and the code say that is there. */
export function tellFound(
  found: ProposedTenancy | undefined,
  answers: Answers,
  past: readonly PastThePool[],
  print: Print,
): void {
  const { yellow } = styleOf(process.stdout);
  if (found !== undefined) {
    const { table, type, tables, column } = found;
    print.line(
      `  table ${table} holds the tenants, with ids of type ${type}; ${tables.length} tables point at it${column === undefined ? '' : `, most by ${column}`}`,
    );
    if (found.id !== answers.id) {
      print.line(
        yellow(
          `  ! this tenancy has ids of kind ${answers.id}, and the table has ${type}: tenantry adopt says what that means`,
        ),
      );
    }
  }
  for (const { file, driver, why, fix } of past) {
    print.line(
      yellow(
        `  ! ${file} uses ${driver}, which goes past the tenant pool: ${why}. Instead ${fix}.`,
      ),
    );
  }
}
