import { type Tenancy, TenantryError } from '@tenantry/core';
import { textInSchema } from '@tenantry/core/sql';
import type { FeatureCheck } from '../feature/doctor.ts';
import type { Feature } from '../feature/feature.ts';
import type { DoctorConnection } from './catalogue/read.ts';
import { findingOf } from './finding.ts';
import { rules } from './rules/index.ts';
import type { Finding } from './types.ts';

/**
 * The checks of all features.
 * @throws TenantryError `CONFIG_INVALID` for a duplicate id, and for one that does not begin with the
 *   name of its feature
 */
export function featureChecks(features: readonly Feature[]): readonly FeatureCheck[] {
  const known = new Set(rules.map(({ id }) => id));
  return features.flatMap(({ name, doctor = [] }) => {
    for (const { id } of doctor) {
      const wrong = known.has(id) ? 'is taken' : id.startsWith(`${name}-`) ? '' : 'is not its own';
      known.add(id);
      if (wrong === '') continue;
      throw new TenantryError('CONFIG_INVALID', {
        found: `feature ${name} brings doctor a rule with the id ${JSON.stringify(id)}, which ${wrong}.`,
        fix: `Let the id begin with ${name}-, and use it once.`,
      });
    }
    return doctor;
  });
}

/** Runs the checks, each in a savepoint, so a failed check does not stop the others. */
export async function runChecks(
  connection: DoctorConnection,
  checks: readonly FeatureCheck[],
  about: { readonly tenancy: Tenancy; readonly role: string; readonly version: number },
): Promise<{ readonly findings: readonly Finding[]; readonly unseen: readonly string[] }> {
  const findings: Finding[] = [];
  const unseen: string[] = [];
  for (const check of checks) {
    await connection.query('savepoint tenantry_check');
    try {
      const query = (text: string, values?: readonly unknown[]) =>
        connection.query(
          textInSchema(about.tenancy.schema, text),
          values === undefined ? undefined : [...values],
        );
      const found = await check.find({ ...about, query });
      findings.push(...found.map((each) => findingOf(check, 'features', each)));
      await connection.query('release savepoint tenantry_check');
    } catch (error) {
      unseen.push(`${check.id}: ${error instanceof Error ? error.message : String(error)}`);
      await connection.query('rollback to savepoint tenantry_check');
    }
  }
  return { findings, unseen };
}
