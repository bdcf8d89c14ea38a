import type { Feature } from '@tenantry/rls/feature';

/**
 * The reference of all commands, of `tenantry` and of these features, as Markdown. It is made from the
 * same declarations as the help.
 */
export async function commandReference(features: readonly Feature[]): Promise<string> {
  const { referenceOf } = await import('./commands/reference.ts');
  return referenceOf(features);
}
