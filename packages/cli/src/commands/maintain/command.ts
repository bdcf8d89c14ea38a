import { runUpkeep, type UpkeepTurn } from '@tenantry/rls/upkeep';
import { ownCommand } from '../../kit/own-command.ts';

/** `tenantry maintain`: the upkeep of all features, once. */
export const maintainCommand = ownCommand({
  summary: 'Do all upkeep once: seals, partitions, retention, expired reservations.',
  needs: 'system-write',
  json: true,
  async run({ project, pool, print, progress }) {
    const turns = await runUpkeep(pool, {
      features: project.features,
      onTask: (of, task) => progress(`${of}: ${task}`),
    });
    print.result(turns.map(plain), () => print.line(textOf(turns)));
    return turns.every(({ report }) => report?.done === true) ? 0 : 1;
  },
});

const plain = ({ of, task, place, report, error }: UpkeepTurn) => ({
  of,
  task,
  ...(place !== undefined && { place }),
  ...report,
  ...(error !== undefined && { error: messageOf(error) }),
});

function textOf(turns: readonly UpkeepTurn[]): string {
  if (turns.length === 0) return 'No feature of tenantry.config.ts needs upkeep.';
  return turns
    .map(({ of, task, place, report, error }) => {
      const name = `${of}: ${task}${place === undefined ? '' : ` in ${place}`}`;
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
