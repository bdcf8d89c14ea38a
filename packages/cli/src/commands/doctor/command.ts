import { parseArgs } from 'node:util';
import { TenantryError } from '@tenantry/core';
import { type Diagnosis, diagnose, type Severity, sarif } from '@tenantry/rls/doctor';
import { loadEnvironment } from '../../config/environment.ts';
import { withProgress } from '../../terminal/progress.ts';
import { styleOf } from '../../terminal/style.ts';
import type { Command } from '../command.ts';
import { withConnection } from './connect.ts';
import { applyFixes, splitFixes, writeFixes } from './fix.ts';
import { render } from './render.ts';
import { type Target, targetOf } from './target.ts';

const severities = ['error', 'warning', 'info', 'never'] as const;

/** `tenantry doctor`: what a live database could show a tenant of another. */
export const doctorCommand: Command = {
  summary: 'Examine a live database for everything that could show a tenant the rows of another.',
  options: {
    '--url <url>': 'the database; that of the configuration, or DATABASE_URL, unless named',
    '--tenant-column <name>':
      'for a database without a tenantry.config.ts: the column of the tenant',
    '--role <name>':
      'the role that serves tenants; that of the tenancy, or the login, unless named',
    '--config <file>': 'the configuration, tenantry.config.ts unless named',
    '--fail-on <severity>': 'exit 1 from this on: error (unless named), warning, info or never',
    '--fix': 'write the fixes as a Drizzle migration',
    '--apply': 'run the fixes now, in one transaction, and look again',
    '--prove': 'run the query that shows a row of another tenant, where a finding has one',
    '--all': 'show every finding, not only the first of each rule',
    '--json': 'print the diagnosis as JSON',
    '--sarif': 'print it as SARIF 2.1.0, for code scanning',
  },
  values: { '--fail-on': severities },
  async run(argv) {
    const { values } = parseArgs({
      args: [...argv],
      options: {
        url: { type: 'string' },
        'tenant-column': { type: 'string' },
        role: { type: 'string' },
        config: { type: 'string' },
        'fail-on': { type: 'string', default: 'error' },
        fix: { type: 'boolean', default: false },
        apply: { type: 'boolean', default: false },
        prove: { type: 'boolean', default: false },
        all: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        sarif: { type: 'boolean', default: false },
      },
    });
    const failOn = severities.find((severity) => severity === values['fail-on']);
    if (failOn === undefined) {
      console.error(`✗ --fail-on ${values['fail-on']}: use ${severities.join(', ')}.`);
      return 2;
    }
    if (values.fix && values.apply) {
      console.error('✗ --fix and --apply: write a migration, or run the fixes now.');
      return 2;
    }
    loadEnvironment();
    const target = await targetOf(values);
    const examined = () =>
      withProgress('reading the catalogue', () =>
        withConnection(target.url, (client) =>
          diagnose(client, { ...target.options, prove: values.prove }),
        ),
      );
    let diagnosis = await examined();
    if (values.apply && diagnosis.findings.length > 0) {
      await apply(target, diagnosis);
      diagnosis = await examined();
    }
    if (values.sarif) console.log(JSON.stringify(sarif(diagnosis), null, 2));
    else if (values.json) console.log(JSON.stringify(diagnosis, null, 2));
    else console.log(render(diagnosis, styleOf(process.stdout), values.all));
    if (values.fix) await fix(target, diagnosis);
    return exitCode(diagnosis, failOn);
  },
};

function exitCode({ findings }: Diagnosis, failOn: Severity | 'never'): number {
  const counted = severities.slice(0, severities.indexOf(failOn) + 1);
  return failOn !== 'never' && findings.some(({ severity }) => counted.includes(severity)) ? 1 : 0;
}

async function fix({ project }: Target, { findings }: Diagnosis): Promise<void> {
  if (project === undefined) {
    throw new TenantryError('CONFIG_INVALID', {
      found: '--fix without a project to write a migration for.',
      fix: 'Run it in the folder of a tenantry.config.ts; or take the SQL from the findings, or from --json.',
    });
  }
  const { migration, bySuperuser } = splitFixes(findings);
  const file = await writeFixes(project, migration);
  // stdout may be JSON
  console.error(
    file === undefined
      ? 'tenantry: nothing that a migration could fix'
      : `tenantry: wrote ${file}; read it, then migrate`,
  );
  if (bySuperuser.length > 0) {
    console.error(`As a superuser run:\n  ${bySuperuser.join('\n  ')}`);
  }
}

async function apply({ url }: Target, { findings, standby }: Diagnosis): Promise<void> {
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
  // stdout may be JSON
  for (const title of done) console.error(`tenantry: fixed ${title}`);
  for (const { title, why } of failed) console.error(`tenantry: left ${title}: ${why}`);
  if (done.length + failed.length === 0) console.error('tenantry: nothing that SQL could fix');
}
