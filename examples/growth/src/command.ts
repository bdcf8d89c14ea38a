import config from '@tenantry/example-b2b-saas/tenantry.config.ts';
import { runCommand } from 'tenantry';
import { placements } from './placements.ts';

// node src/command.ts tenants move …    a command of tenantry, with the placements of this example

const { stdout, stderr, code } = await runCommand(
  {
    ...config,
    features: [...(config.features ?? []), placements],
    database: {
      url: process.env.DATABASE_URL,
      systemUrl: process.env.SYSTEM_DATABASE_URL,
      migrationUrl: process.env.MIGRATION_DATABASE_URL,
    },
  },
  process.argv.slice(2),
);
process.stdout.write(stdout);
process.stderr.write(stderr);
process.exitCode = code;
