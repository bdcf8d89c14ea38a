import { TenantryError } from '@tenantry/core';
import { type Diagnosis, diagnose, type Severity, sarif } from '@tenantry/rls/doctor';
import type { Print } from '@tenantry/rls/feature';
import { ownCommand } from '../../kit/own-command.ts';
import { styleOf } from '../../terminal/style.ts';
import { withConnection } from './connect.ts';
import { applyFixes, splitFixes, writeFixes } from './fix.ts';
import { render } from './render.ts';
import { type Target, targetOf } from './target.ts';

const severities = ['error', 'warning', 'info', 'never'] as const;

/** `tenantry doctor`: what a live database could show a tenant of another. */
export const doctorCommand = ownCommand({
  summary: 'Examine a live database for everything that could show a tenant the rows of another.',
  needs: 'none',
  options: {
    url: {
      type: 'text',
      value: 'url',
      summary: 'Examine this database. Default: that of the configuration, or else DATABASE_URL.',
    },
    'tenant-column': {
      type: 'text',
      value: 'name',
      summary: 'Name the column of the tenant, for a database without a tenantry.config.ts.',
    },
    role: {
      type: 'text',
      value: 'name',
      summary:
        'Name the role that serves tenants. Default: that of the tenancy, or else the login.',
    },
    config: {
      type: 'text',
      value: 'file',
      summary: 'Read this configuration. Default: tenantry.config.ts, if there is one.',
    },
    'fail-on': {
      type: 'choice',
      of: severities,
      default: 'error',
      summary: 'Exit with 1 from this severity on.',
    },
    fix: { type: 'flag', summary: 'Write the fixes as a Drizzle migration.' },
    apply: { type: 'flag', summary: 'Run the fixes now, in one transaction, and examine again.' },
    prove: { type: 'flag', summary: 'Run the queries that show a row of another tenant.' },
    all: { type: 'flag', summary: 'Show every finding, not only the first five of each rule.' },
    sarif: { type: 'flag', summary: 'Print SARIF 2.1.0, for code scanning.' },
  },
  json: true,
  async run({ options, print, progress, refuse, loadProject, streams }) {
    if (options.fix && options.apply) {
      refuse('--fix and --apply: write a migration, or run the fixes now.');
    }
    const target = await targetOf(options, loadProject);
    const examined = () => {
      progress('reading the catalogue');
      return withConnection(target.url, (client) =>
        diagnose(client, { ...target.options, prove: options.prove }),
      );
    };
    let diagnosis = await examined();
    if (options.apply && diagnosis.findings.length > 0) {
      await apply(target, diagnosis, print);
      diagnosis = await examined();
    }
    print.result(options.sarif ? sarif(diagnosis) : diagnosis, () =>
      print.line(
        options.sarif
          ? JSON.stringify(sarif(diagnosis), null, 2)
          : render(diagnosis, styleOf(streams.stdout), options.all),
      ),
    );
    if (options.fix) await fix(target, diagnosis, print);
    return exitCode(diagnosis, options['fail-on']);
  },
});

function exitCode({ findings }: Diagnosis, failOn: Severity | 'never'): number {
  const counted = severities.slice(0, severities.indexOf(failOn) + 1);
  return failOn !== 'never' && findings.some(({ severity }) => counted.includes(severity)) ? 1 : 0;
}

async function fix({ project }: Target, { findings }: Diagnosis, print: Print): Promise<void> {
  if (project === undefined) {
    throw new TenantryError('CONFIG_INVALID', {
      found: '--fix without a project to write a migration for.',
      fix: 'Run it in the folder of a tenantry.config.ts; or take the SQL from the findings, or from --json.',
    });
  }
  const { migration, bySuperuser } = splitFixes(findings);
  const file = await writeFixes(project, migration);
  print.note(
    file === undefined
      ? 'tenantry: nothing that a migration could fix'
      : `tenantry: wrote ${file}; read it, then migrate`,
  );
  if (bySuperuser.length > 0) {
    print.note(`As a superuser run:\n  ${bySuperuser.join('\n  ')}`);
  }
}

async function apply(
  { url }: Target,
  { findings, standby }: Diagnosis,
  print: Print,
): Promise<void> {
  if (standby) {
    throw new TenantryError('CONFIG_INVALID', {
      found: '--apply on a standby, which takes no changes.',
      fix: 'Run it with the connection string of its primary.',
    });
  }
  const { done, failed } = await withConnection(url, async (client) => {
    const { rows } = await client.query("select current_setting('is_superuser') = 'on' as is");
    return applyFixes(client, findings, rows[0].is);
  });
  for (const title of done) print.note(`tenantry: fixed ${title}`);
  for (const { title, why } of failed) print.note(`tenantry: left ${title}: ${why}`);
  if (done.length + failed.length === 0) print.note('tenantry: nothing that SQL could fix');
}
