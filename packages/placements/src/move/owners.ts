import type { RoutedOptions } from '@tenantry/core/placement';

/** How to reach the databases as the logins that own their tables. */
export interface Owners {
  readonly connect: RoutedOptions['connect'];
  /** The connection string for the shared database. */
  readonly url: string;
}
