import { type DistributionReport, distribute, planDistribution } from '@tenantry/rls/distribution';
import { withSchema } from '../../config/read-database.ts';
import { ownCommand } from '../../kit/own-command.ts';
import { withConnection } from '../doctor/connect.ts';
import { migratingUrl } from '../doctor/target.ts';

/** `tenantry distribute`: from tables on the coordinator to tables on the workers of Citus. */
export const distributeCommand = ownCommand({
  summary: 'Distribute the tables of a live database by tenant, on Citus, in one transaction.',
  needs: 'config',
  json: true,
  options: {
    url: {
      type: 'text',
      value: 'url',
      summary:
        'The coordinator, as the login that owns the tables. Default: that of tenantry.config.ts.',
    },
    'dry-run': {
      type: 'flag',
      summary: 'Change nothing. Say what stands in the way, and what would be done.',
    },
  },
  async run({ project: loaded, options, print, progress }) {
    const url = migratingUrl(loaded, options.url);
    const project = await withSchema(loaded, url);
    return withConnection(url, async (client) => {
      if (options['dry-run']) {
        const plan = await planDistribution(client, project);
        print.result(plan, () => print.line(textOf({ ...plan, rows: {} })));
        return plan.obstacles.length === 0 ? 0 : 1;
      }
      progress('The tables are locked until all of them are distributed.');
      const report = await distribute(client, project, {
        onTable: (table, at, of) => progress(`${at} of ${of}: ${table}`),
      });
      print.result(report, () => print.line(textOf(report)));
      return 0;
    });
  },
});

function textOf({ obstacles, steps, rows }: DistributionReport): string {
  const width = Math.max(...steps.map(({ table }) => table.length));
  const lines = steps.map(({ table, by, done }) => {
    const where = by === 'reference' ? 'on every node' : `by ${by}`;
    const counted = rows[table] === undefined ? '' : `, ${rows[table]} rows before and after`;
    return `${done ? '✓' : '·'} ${table.padEnd(width)}  ${where}${counted}`;
  });
  const ways = obstacles.map(
    ({ table, found, fix }) => `✗ ${table}\n  found  ${found}\n  fix    ${fix}`,
  );
  const rest = steps.every(({ done }) => done)
    ? []
    : ['All of it is one transaction: the tables are locked until it ends.'];
  return [...ways, ...lines, ...rest].join('\n');
}
