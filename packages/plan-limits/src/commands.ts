import { createTenantPool } from '@tenantry/core';
import type { CommandContext, FeatureCommand } from '@tenantry/rls/feature';
import { upkeepApi } from './api/upkeep.ts';
import type { Definition } from './sql/model.ts';

/** `tenantry limits drift` and `tenantry limits sync`. */
export function limitsCommands(definition: Definition): Readonly<Record<string, FeatureCommand>> {
  const { tenancy } = definition;
  const api = upkeepApi(definition);
  const onDatabase = async (
    context: CommandContext,
    write: boolean,
    fn: (pool: ReturnType<typeof createTenantPool>) => Promise<number>,
  ) => {
    const { url, systemUrl } = context;
    if (url === undefined && systemUrl === undefined) {
      context.stderr.write(
        'Set SYSTEM_DATABASE_URL or DATABASE_URL, or database in tenantry.config.ts.\n',
      );
      return 2;
    }
    const pool = createTenantPool(tenancy, {
      connectionString: url ?? systemUrl,
      ...(systemUrl !== undefined && { system: { connectionString: systemUrl, max: 1 } }),
      max: 1,
    });
    try {
      return await tenancy.asSystem(
        { reason: 'tenantry limits', actor: 'command line', write },
        () => fn(pool),
      );
    } finally {
      await pool.end();
    }
  };
  return {
    'limits drift': {
      summary: 'compares the plans of the code with plan_features; 1 when they differ',
      options: {},
      run: (_argv, context) =>
        onDatabase(context, false, async (pool) => {
          const drift = await api.drift(pool);
          for (const { found } of drift) context.stdout.write(`${found}\n`);
          if (drift.length === 0) context.stdout.write('The plans of code and database agree.\n');
          return drift.length === 0 ? 0 : 1;
        }),
    },
    'limits sync': {
      summary: 'brings plan_features to the plans of the code; what operators changed stays',
      options: { '--overwrite': 'also what operators changed' },
      async run(argv, context) {
        const unknown = argv.filter((each) => each !== '--overwrite');
        if (unknown.length > 0) {
          context.stderr.write(`Unknown: ${unknown.join(' ')}. There is --overwrite.\n`);
          return 2;
        }
        return onDatabase(context, true, async (pool) => {
          const removed = await api.sync(pool, { overwrite: argv.includes('--overwrite') });
          for (const { what, key } of removed) context.stdout.write(`${what} ${key}\n`);
          context.stdout.write(`${removed.length} differences removed.\n`);
          return 0;
        });
      },
    },
  };
}
