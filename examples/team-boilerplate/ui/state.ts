import type { PermissionSnapshot } from '@tenantry/rbac';
import type { Permission } from '../src/rbac.ts';

/** What the page of an organization shows. */
export interface BoardState {
  readonly page: 'board';
  /** What stands before `/api` in its requests: nothing, or `/orgs/acme`. */
  readonly base: string;
  readonly organization: { readonly name: string; readonly slug: string };
  readonly snapshot: PermissionSnapshot<Permission>;
  readonly projects: readonly { readonly id: string; readonly name: string }[];
  readonly tasks: readonly Task[];
  readonly roles: readonly Role[];
  readonly permissions: readonly string[];
  readonly members: readonly Member[];
}

export interface Task {
  readonly id: string;
  readonly projectId: string;
  readonly title: string;
  readonly status: 'open' | 'done';
}

export interface Role {
  readonly key: string;
  readonly name: string;
  readonly permissions: readonly string[];
}

export interface Member {
  readonly userId: string;
  readonly name: string;
  readonly roles: readonly string[];
}

/** What is shown outside of every organization. */
export interface WelcomeState {
  readonly page: 'welcome';
  /** The signed-in user; null shows the form to sign in. */
  readonly user: string | null;
  readonly organizations: readonly { readonly name: string; readonly address: string }[];
  /** Says why this page stands in place of another. */
  readonly notice: string | null;
}

/** What the server gives the page, as JSON. */
export type PageState = BoardState | WelcomeState;
