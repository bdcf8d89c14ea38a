import type { Database } from '../../../examples/companions/src/identity/database.ts';
import type { Lists } from '../../../examples/companions/src/identity/reconcile.ts';

export { authjs } from '../../../examples/companions/src/authjs/authjs.ts';
export { member, organization } from '../../../examples/companions/src/better-auth/schema.ts';
export { clerk, clerkSource } from '../../../examples/companions/src/identity/clerk.ts';
export { reconcile } from '../../../examples/companions/src/identity/reconcile.ts';
export { webhook } from '../../../examples/companions/src/identity/webhook.ts';
export declare const db: Database['db'];
export declare const secret: string;
export declare function receive(request: Request): Promise<Response>;
export declare const list: Lists['list'];
export declare const has: Lists['has'];
