import {
  createContext,
  createElement,
  type ReactElement,
  type ReactNode,
  useContext,
  useMemo,
} from 'react';
import type { ResourceRef } from '../check/checker.ts';
import { type PermissionSnapshot, readSnapshot, type SnapshotCheck } from '../snapshot.ts';

const denyAll: SnapshotCheck = () => false;
const Context = createContext<SnapshotCheck>(denyAll);

/** What {@link RbacProvider} takes. */
export interface RbacProviderProps {
  /** The result of `rbac.snapshot()` on the server; null while it is loading, which denies everything. */
  readonly snapshot: PermissionSnapshot | null;
  readonly children?: ReactNode;
}

/**
 * Provides the snapshot to the guards below it. Guards only hide what the server would refuse; they are
 * no protection.
 *
 * @example
 * ```tsx
 * <RbacProvider snapshot={snapshot}><App /></RbacProvider>
 * ```
 */
export function RbacProvider({ snapshot, children }: RbacProviderProps): ReactElement {
  const check = useMemo(() => (snapshot === null ? denyAll : readSnapshot(snapshot)), [snapshot]);
  return createElement(Context.Provider, { value: check }, children);
}

/**
 * The check of the snapshot: `const can = useCan(); can('projects:create')`. Outside a provider it
 * denies.
 */
export const useCan = <P extends string = string>(): SnapshotCheck<P> => useContext(Context);

/** What {@link Can} takes. */
export interface CanProps<P extends string = string> {
  readonly permission: P;
  /** The resource, where a role may have been given for one. */
  readonly of?: ResourceRef;
  readonly children?: ReactNode;
  /** Shown to a user who lacks the permission. Default: nothing. */
  readonly fallback?: ReactNode;
}

/**
 * Shows its children to users with the permission.
 *
 * @example
 * ```tsx
 * <Can permission="projects:create" fallback={<Upgrade />}><NewProject /></Can>
 * ```
 */
export function Can<P extends string = string>({
  permission,
  of,
  children,
  fallback = null,
}: CanProps<P>): ReactNode {
  const can = useCan<P>();
  return can(permission, of) ? children : fallback;
}

/**
 * The same guards, typed by the permissions of a definition; only its type is imported.
 *
 * @example
 * ```ts
 * export const { RbacProvider, useCan, Can } = guardsFor<PermissionOf<typeof rbac>>();
 * ```
 */
export function guardsFor<P extends string>(): {
  readonly RbacProvider: typeof RbacProvider;
  readonly useCan: () => SnapshotCheck<P>;
  readonly Can: (props: CanProps<P>) => ReactNode;
} {
  return { RbacProvider, useCan: useCan<P>, Can: Can<P> };
}
