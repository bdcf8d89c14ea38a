import { type Ddl, ddl } from './ddl.ts';

/**
 * The actor of the transaction, as jsonb; null when there is none. In a signed context it raises an error
 * for an actor without a signature.
 */
export const actorOfTransaction: Ddl = ddl`tenantry.current_actor()`;
