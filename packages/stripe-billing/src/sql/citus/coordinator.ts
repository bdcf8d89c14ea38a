import { type Ddl, ddl, sqlLiteral } from '@tenantry/core/sql';
import { claimsTable, type Names } from '../tables.ts';

/** What the functions know by a name on Citus, which plans no shard by an expression. */
export const ownVariables = ({ idType }: Names): Ddl => ddl`
  of_tenant constant ${idType} := (input->>'tenant')::${idType};
  at_now constant timestamptz := now();
`;

/** The queue is on the coordinator: its locks and its order hold on one node only. */
export const requireCoordinator: Ddl = ddl`
  if to_regclass(${sqlLiteral(claimsTable)}) is null then
    raise exception 'BILLING_NOT_ON_COORDINATOR: a connection of the system role to a worker.' using errcode = 'TN001';
  end if;
`;
