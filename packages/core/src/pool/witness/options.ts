import { check } from '../../errors/index.ts';
import type { ObservedFinding } from './observed.ts';

/** What the pool does with a row of another tenant. */
export type WitnessMode = 'off' | 'observe' | 'enforce';

/** How the pool compares the rows that come back with the tenant of the scope. */
export interface WitnessOptions {
  /** See {@link TenantPoolOptions.witness}. */
  readonly mode: WitnessMode;
  /**
   * Tenant columns that the catalogue does not show, by table (`teams` in schema public, or `crm.teams`);
   * `false` for a table whose column of that name is no tenant. Default: those of the isolation policies,
   * and otherwise the tenancy's column.
   */
  readonly columns?: Readonly<Record<string, string | false>>;
  /**
   * With `observe`, who runs the statements of a tenant: the app role or the login. Default: the app role
   * when it may read every table that the login may read, otherwise the login.
   */
  readonly role?: 'app' | 'login';
  /** With `observe`, is told once of each statement and caller with something to report. Default: none. */
  readonly onObserved?: (finding: ObservedFinding) => void;
}

/** The options, checked and completed. */
export interface ResolvedWitness extends WitnessOptions {
  readonly columns: Readonly<Record<string, string | false>>;
}

const modes: readonly unknown[] = ['off', 'observe', 'enforce'];

/** Checks and completes the option. @throws TenantryError `CONFIG_INVALID` */
export function readWitness(given: WitnessMode | WitnessOptions = 'enforce'): ResolvedWitness {
  const options = (Object(given) === given ? given : { mode: given }) as WitnessOptions;
  const { mode, columns = {}, role, onObserved } = options;
  check(
    modes.includes(mode) &&
      [undefined, 'app', 'login'].includes(role) &&
      ['undefined', 'function'].includes(typeof onObserved) &&
      Object.values(columns ?? [0]).every(
        (name: unknown) => name === false || (typeof name === 'string' && name !== ''),
      ),
    'option witness',
    "Use 'off', 'observe', 'enforce', or { mode, columns, role, onObserved }.",
  );
  return { ...options, columns };
}
