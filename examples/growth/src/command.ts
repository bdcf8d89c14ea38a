import { runCommand } from 'tenantry';
import { config } from './config.ts';

// node src/command.ts tenants move …    a command of tenantry, with the placements of this example

const { stdout, stderr, code } = await runCommand(
  {
    ...config,
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
