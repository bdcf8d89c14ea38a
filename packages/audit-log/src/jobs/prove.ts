import { TenantryError } from '@tenantry/core';
import { joinStatements, name, runStatement, statement } from '@tenantry/core/sql';
import { coveringSeal, type LeafRow, type SealRow, toLeaves, toSeal } from '../export/seals.ts';
import { type EntryRow, entryColumns, toExported } from '../read/columns.ts';
import { isUuid } from '../read/parameters.ts';
import { ofTenant } from '../read/query.ts';
import type { Source } from '../read/source.ts';
import { readLeaves } from '../verify/exported-seal.ts';
import { pathOf } from '../verify/merkle.ts';
import type { InclusionProof } from '../verify/proof.ts';

/** Makes an inclusion proof of an entry. */
export async function prove(source: Source, id: string): Promise<InclusionProof> {
  if (!isUuid(id)) throw new TenantryError('AUDIT_ENTRY_NOT_FOUND');
  const { db, tenancy, table, scope } = source;
  const where = joinStatements(
    [...ofTenant(tenancy, scope.tenant), statement`id = ${id}::uuid`],
    ' and ',
  );
  const found = statement`select ${entryColumns(tenancy)} from ${name(...table)} l where ${where} limit 1`;
  const [row] = await runStatement<EntryRow>(db, found);
  if (row === undefined) throw new TenantryError('AUDIT_ENTRY_NOT_FOUND');
  const [covering] = await runStatement<SealRow & LeafRow>(
    db,
    coveringSeal(row.tenant, row.createdAt.slice(0, 7), row.transactionId),
  );
  if (covering === undefined) throw new TenantryError('AUDIT_ENTRY_NOT_SEALED');
  const { retired: _, ...seal } = toSeal(covering);
  const leaves = readLeaves(toLeaves(covering));
  const index = leaves.findIndex((leaf) => leaf.id === row.id);
  const hashes = leaves.map(({ contentHash }) => contentHash);
  return {
    format: 'tenantry-audit-proof/1',
    entry: toExported(row),
    index,
    path: index < 0 ? [] : pathOf(hashes, index).map((node) => node.toString('hex')),
    seal,
  };
}
