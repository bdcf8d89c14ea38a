import { readFile } from 'node:fs/promises';
import { type Tenancy, type TenantPool, TenantryError } from '@tenantry/core';
import { atEachDatabase } from '@tenantry/core/scope';
import { runStatement, statement } from '@tenantry/core/sql';
import type { SealAnchor } from '../verify/report.ts';

/** Reads anchors from a file, which may have been edited. @throws TenantryError `CONFIG_INVALID` */
export async function readAnchors(file: string): Promise<SealAnchor[]> {
  const text = await readFile(file, 'utf8');
  const wrong = (cause?: unknown) =>
    new TenantryError('CONFIG_INVALID', {
      found: `${file} is no file of anchors.`,
      fix: 'Pass a file that --save-anchors wrote.',
      cause,
    });
  let said: unknown;
  try {
    said = JSON.parse(text);
  } catch (cause) {
    throw wrong(cause);
  }
  if (!Array.isArray(said) || !said.every(isAnchor)) throw wrong();
  return said;
}

const isAnchor = (value: unknown): value is SealAnchor => {
  const { tenant, number, hash } = (value ?? {}) as Record<string, unknown>;
  return typeof tenant === 'string' && typeof number === 'number' && typeof hash === 'string';
};

/**
 * The anchors of each database, by its place: those of tenants that have seals there. Anchors of a tenant
 * without any seal count in the shared database, where they are missed; while a database gives no answer, it may
 * be theirs.
 */
export async function anchorsByPlace(
  tenancy: Tenancy,
  pool: TenantPool,
  anchors: readonly SealAnchor[],
): Promise<(place: string | undefined) => readonly SealAnchor[]> {
  if (anchors.length === 0) return () => [];
  const sealed = () =>
    runStatement<{ tenant: string }>(
      pool,
      statement`select distinct s.tenant::text as tenant from tenantry.audit_seals s`,
    );
  const answers = await atEachDatabase(tenancy, pool, sealed);
  if (answers.length === 1) return () => anchors;
  const places = new Map<string, (string | undefined)[]>();
  for (const { place, value = [] } of answers) {
    for (const { tenant } of value) places.set(tenant, [...(places.get(tenant) ?? []), place]);
  }
  const isWhole = answers.every(({ value }) => value !== undefined);
  const lost = isWhole ? [undefined] : [];
  return (place) => anchors.filter(({ tenant }) => (places.get(tenant) ?? lost).includes(place));
}
