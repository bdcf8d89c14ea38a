import { check, checkOptions } from '../../errors/index.ts';

/** What keeps one tenant from taking the connections of all. */
export interface FairOptions {
  /**
   * The most connections that one tenant may use at a time, from 1 on: the others find a
   * free one, even while it runs slow statements. Default: `max`, all of them.
   */
  readonly maxClients?: number;
  /**
   * The most statements of one tenant that may wait for a connection, from 1 on. One more is refused
   * (`TENANT_BUSY`, 429). Default: no limit.
   */
  readonly maxWaiting?: number;
  /**
   * The share of a tenant against the others, above 0: one with 2 gets twice the time of one with 1 while
   * both wait. It is called often: answer from memory. Default: 1.
   */
  readonly weight?: (tenant: string) => number;
}

/** The options with their defaults. */
export type ResolvedFair = Required<FairOptions>;

/** @throws TenantryError `CONFIG_INVALID` */
export function readFair(options: FairOptions): ResolvedFair {
  checkOptions('fair', options, { maxClients: 'number?', maxWaiting: 'number?', weight: 'any' });
  const { maxClients = Number.POSITIVE_INFINITY, maxWaiting = Number.POSITIVE_INFINITY } = options;
  const { weight = () => 1 } = options;
  const whole = (name: string, value: number, least: number) =>
    check(
      value === Number.POSITIVE_INFINITY || (Number.isInteger(value) && value >= least),
      `option ${name} is ${value}`,
      `Use a whole number from ${least} on.`,
    );
  whole('maxClients', maxClients, 1);
  whole('maxWaiting', maxWaiting, 1);
  check(typeof weight === 'function', 'option weight is not a function', 'Use (tenant) => number.');
  return {
    maxClients,
    maxWaiting,
    weight: (tenant) => {
      const given = weight(tenant);
      return Number.isFinite(given) && given > 0 ? given : 1;
    },
  };
}
