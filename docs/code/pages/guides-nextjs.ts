import { createTenantNext } from '@tenantry/core/next';
import type { ReactNode } from 'react';
import { pool } from '../db.ts';

export { updateTag } from 'next/cache.js';
export { after } from 'next/server.js';
export declare function redirect(path: string): never;
export declare function readSession(
  headers: Pick<Headers, 'get'>,
): Promise<{ readonly userId: string } | undefined>;
export declare const next: ReturnType<typeof createTenantNext>;
export const { withTenant, tenantAction, tenantPage, tenantCache } = createTenantNext(pool, {
  resolve: [],
  user: () => null,
});
export declare function ProjectList(props: { readonly rows: readonly unknown[] }): ReactNode;
export declare function Upgrade(): ReactNode;
export declare const renameIt: (form: FormData) => Promise<void>;
export declare const org: string;
export declare function sendMails(): Promise<void>;

declare global {
  namespace JSX {
    // the elements of HTML
    interface IntrinsicElements {
      [name: string]: unknown;
    }
  }
}
