import type { GeneratedObject } from '../../generate/index.ts';
import type { RoleSummary } from '../catalogue/model.ts';
import type { Live } from './live.ts';
import type { Shadows } from './shadow.ts';

/** What the comparisons look at. */
export interface Context {
  readonly wanted: readonly GeneratedObject[];
  /** The statements of each section, in order. */
  readonly sections: ReadonlyMap<string, readonly string[]>;
  readonly live: Live;
  readonly shadows: Shadows;
  readonly roles: ReadonlyMap<string, RoleSummary>;
  /** `server_version_num`. */
  readonly version: number;
  /** Whether directory and features are known, so that what is not wanted is not ours. */
  readonly whole: boolean;
  /** The schema of the tenancy. */
  readonly schema: string;
  /** Who owns what has no owner of its own: the login that migrates. */
  readonly owner: string | undefined;
}

/** Whether somebody who owns an object of ours may be trusted with it. */
export const isTrusted = ({ owner, roles }: Context, role: string): boolean =>
  owner === undefined || role === owner || roles.get(role)?.superuser === true;
