import { createTenantPool, type Tenancy } from '@tenantry/core';
import type { CommandContext, Drift, FeatureCommand } from '@tenantry/rls/feature';
import { drift, sync } from './api/definition.ts';
import type { RbacDefinition } from './definition/types.ts';

type Work = (pool: ReturnType<typeof createTenantPool>) => Promise<readonly Drift[]>;

/** The commands of `tenantry rbac`. */
export function commandsOf(
  tenancy: Tenancy,
  definition: RbacDefinition,
): Readonly<Record<string, FeatureCommand>> {
  return {
    'rbac check': {
      summary: 'Say what differs between the definition of roles in code and the database',
      options: {},
      run: (argv, context) =>
        command(
          argv,
          context,
          (pool) => drift(pool, tenancy, definition),
          (found) =>
            found.length === 0
              ? { code: 0, line: 'Code and database agree.' }
              : {
                  code: 1,
                  line: 'Fix: run `npx tenantry generate` and your migrations, or `npx tenantry rbac sync`.',
                },
        ),
    },
    'rbac sync': {
      summary: 'Write permissions and built-in roles of the definition to the database',
      options: {},
      run: (argv, context) =>
        command(
          argv,
          context,
          (pool) => sync(pool, tenancy, definition),
          (found) => ({
            code: 0,
            line: found.length === 0 ? 'Nothing to do.' : `${found.length} differences written.`,
          }),
        ),
    },
  };
}

async function command(
  argv: readonly string[],
  { tenancy, systemUrl, stdout, stderr }: CommandContext,
  work: Work,
  end: (found: readonly Drift[]) => { code: number; line: string },
): Promise<number> {
  if (argv.length > 0 || systemUrl === undefined) {
    stderr.write(
      argv.length > 0
        ? `Unknown: ${argv.join(' ')}\n`
        : 'Set SYSTEM_DATABASE_URL or DATABASE_URL, or database.systemUrl in tenantry.config.ts.\n',
    );
    return 2;
  }
  const pool = createTenantPool(tenancy, {
    system: { connectionString: systemUrl, max: 1 },
  });
  try {
    const found = await work(pool);
    for (const each of found) stdout.write(`${each.kind}: ${each.found}\n`);
    const { code, line } = end(found);
    stdout.write(`${line}\n`);
    return code;
  } finally {
    await pool.end();
  }
}
