import { createTenantPool } from '@tenantry/core';
import type { Logins } from '@tenantry/testing/schema';
import { emptyResult, type Result } from '../lib/result.ts';
import { figure, median } from '../lib/stats.ts';
import { audit, entry, tenancy } from './definition.ts';

const writers = 16;
const sealEveryMs = 1000;

/**
 * 16 writers of one tenant, whose transactions work for 5 ms each, without a sealer and with one
 * every second, in turn. The sealer of a turn seals what was written in it.
 */
export async function measureSeals(
  logins: Logins,
  rounds: number,
  turnMs: number,
): Promise<Result> {
  const pool = createTenantPool(tenancy, {
    connectionString: logins.app,
    max: writers,
    min: writers,
  });
  const system = createTenantPool(tenancy, {
    connectionString: logins.system,
    system: { connectionString: logins.system, max: 1 },
  });
  const seal = () =>
    tenancy.asSystem({ reason: 'bench', actor: 'bench', write: true }, () => audit.seal(system));
  const turn = async (seals: boolean): Promise<number> => {
    await seal();
    const until = performance.now() + turnMs;
    let done = 0;
    const write = async () => {
      while (performance.now() < until) {
        await tenancy.run(entry, () =>
          pool.batch(() => [
            pool.query('select pg_sleep(0.005)'),
            audit.log(pool as never, 'project.created', {
              resource: ['project'],
              metadata: { name: 'x' },
            }),
          ]),
        );
        done++;
      }
    };
    const sealing = async () => {
      while (seals && performance.now() < until) {
        await new Promise((resolve) => setTimeout(resolve, sealEveryMs));
        await seal();
      }
    };
    await Promise.all([...Array.from({ length: writers }, write), sealing()]);
    return (done * 1000) / turnMs;
  };
  await turn(true);
  const ratios: number[] = [];
  const rates: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const first = await turn(round % 2 === 0);
    const second = await turn(round % 2 !== 0);
    const [sealed, alone] = round % 2 === 0 ? [first, second] : [second, first];
    ratios.push(sealed / alone);
    rates.push(sealed);
  }
  await Promise.all([pool.end(), system.end()]);
  return {
    ...emptyResult({ bench: 'audit', variant: 'sealed', base: 'not-sealed', op: 'seal' }),
    concurrency: writers,
    ratio: figure(median(ratios)),
    transactionsPerSecond: figure(median(rates)),
  };
}
