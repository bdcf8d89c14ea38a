import { parseArgs } from 'node:util';
import { createTenantPool, TenantryError } from '@tenantry/core';
import { runUpkeep, type UpkeepTurn } from '@tenantry/rls/upkeep';
import { loadEnvironment } from '../../config/environment.ts';
import { loadProject, type Project } from '../../config/load-config.ts';
import type { Command } from '../command.ts';

/** `tenantry maintain`: the upkeep of all features, once. */
export const maintainCommand: Command = {
  summary: 'Do all upkeep once: seals, partitions, retention, expired reservations.',
  options: {
    '--config <file>': 'the configuration. Default: tenantry.config.ts',
    '--json': 'print what was done as JSON',
  },
  async run(argv) {
    const { values } = parseArgs({
      args: [...argv],
      options: { config: { type: 'string' }, json: { type: 'boolean', default: false } },
    });
    loadEnvironment();
    const project = await loadProject(values.config);
    const pool = openPool(project);
    try {
      const turns = await runUpkeep(pool, {
        features: project.features,
        onTask: (of, task) => {
          if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${of}: ${task} …`);
        },
      });
      if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
      console.log(values.json ? JSON.stringify(turns.map(plain), null, 2) : textOf(turns));
      return turns.every(({ report }) => report?.done === true) ? 0 : 1;
    } finally {
      await pool.end();
    }
  },
};

function openPool({ tenancy, database }: Project) {
  const { DATABASE_URL, SYSTEM_DATABASE_URL } = process.env;
  const url = database.systemUrl ?? SYSTEM_DATABASE_URL ?? database.url ?? DATABASE_URL;
  if (url === undefined) {
    throw new TenantryError('CONFIG_INVALID', {
      found: 'no database.',
      fix: 'Set SYSTEM_DATABASE_URL or DATABASE_URL, or database in tenantry.config.ts.',
    });
  }
  return createTenantPool(tenancy, {
    connectionString: url,
    system: { connectionString: url, max: 2 },
    max: 1,
    // this command serves no tenant
    accept: ['login-bypasses-rls'],
  });
}

const plain = ({ of, task, report, error }: UpkeepTurn) => ({
  of,
  task,
  ...report,
  ...(error !== undefined && { error: messageOf(error) }),
});

function textOf(turns: readonly UpkeepTurn[]): string {
  if (turns.length === 0) return 'No feature of tenantry.config.ts needs upkeep.';
  return turns
    .map(({ of, task, report, error }) => {
      const name = `${of}: ${task}`;
      if (report === undefined) return `✗ ${name}\n    ${messageOf(error)}`;
      const did = Object.entries(report.did)
        .filter(([, count]) => count > 0)
        .map(([what, count]) => `${count} ${what}`);
      const left = report.done
        ? ''
        : `\n    left: ${report.left}${report.waitsFor === undefined ? '' : `, ${report.waitsFor}`}`;
      return `${report.done ? '✓' : '!'} ${name}: ${did.join(', ') || 'nothing to do'}${left}`;
    })
    .join('\n');
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));
