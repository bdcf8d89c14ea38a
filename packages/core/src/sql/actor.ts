import { type Ddl, ddl } from './ddl.ts';

/** What the transaction says of who acts, as jsonb; null when it says nothing. */
export const actorOfTransaction: Ddl = ddl`nullif(current_setting('app.actor', true), '')::jsonb`;
