import { type Ddl, ddl } from './ddl.ts';

/**
 * What the transaction says of who acts, as jsonb; null when it says nothing. In a signed context it
 * raises where nobody signed it.
 */
export const actorOfTransaction: Ddl = ddl`tenantry.current_actor()`;
