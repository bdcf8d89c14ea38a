import type { RoutedOptions } from '@tenantry/core/placement';
import { defineCommand, type FeatureCommand } from '@tenantry/rls/feature';
import { sharedUrl, tenant, wait } from '../arguments.ts';

/** `tenantry tenants move`. */
export const moveCommands = ({
  connect,
}: {
  readonly connect: RoutedOptions['connect'];
}): Record<string, FeatureCommand> => ({
  'tenants move': defineCommand({
    summary: 'Move a tenant with its rows to another place; its statements wait meanwhile.',
    needs: 'system-write',
    positionals: { tenant },
    options: {
      to: {
        type: 'text',
        value: 'place',
        summary: 'Move it to this place; `shared` stands for the shared tables.',
      },
      undo: { type: 'flag', summary: 'Take back a move that was interrupted.' },
      wait,
      url: sharedUrl,
    },
    json: true,
    async run({ tenancy, pool, positionals, options, migrations, print, progress, refuse }) {
      if ((options.to === undefined) !== options.undo) refuse('either --to or --undo');
      const [{ findTenant }, { moveTenant }, { undoMove }] = await Promise.all([
        import('../lifecycle/find-tenant.ts'),
        import('./move-tenant.ts'),
        import('./undo-move.ts'),
      ]);
      const moving = {
        tenancy,
        pool,
        tenant: await findTenant(pool, tenancy, positionals.tenant),
        owners: { connect, url: migrations.url(options.url) },
        ledger: migrations.ledger,
        waitMs: options.wait * 1000,
        progress,
      };
      if (options.to === undefined) {
        const undone = await undoMove(moving);
        print.result({ undone }, () =>
          print.done(undone ? 'The move is taken back.' : 'No move was begun.'),
        );
        return;
      }
      const moved = await moveTenant(moving, options.to === 'shared' ? null : options.to);
      print.result(moved ?? null, () =>
        print.done(
          moved === undefined
            ? `It lives in ${options.to} already.`
            : `It lives in ${moved.to} now: ${moved.rows} rows, its statements have waited ${moved.blockedMs} ms.`,
        ),
      );
    },
  }),
});
