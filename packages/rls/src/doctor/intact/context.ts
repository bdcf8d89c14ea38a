import type { GeneratedObject } from '../../generate/index.ts';
import type { RoleSummary } from '../catalogue/model.ts';
import type { Live } from './live.ts';
import type { Shadows } from './shadow.ts';

/** The input of all comparisons. */
export interface Context {
  readonly wanted: readonly GeneratedObject[];
  /** The statements of each section, in order. */
  readonly sections: ReadonlyMap<string, readonly string[]>;
  readonly live: Live;
  readonly shadows: Shadows;
  readonly roles: ReadonlyMap<string, RoleSummary>;
  /** `server_version_num`. */
  readonly version: number;
  /** Whether directory and features are known, so that every other object is foreign. */
  readonly whole: boolean;
  /** The schema of the tenancy. */
  readonly schema: string;
  /** The owner of objects without a declared owner: the migrating login. */
  readonly owner: string | undefined;
}

/** Whether a role can be trusted to own an object of ours. */
export const isTrusted = ({ owner, roles }: Context, role: string): boolean =>
  owner === undefined || role === owner || roles.get(role)?.superuser === true;
