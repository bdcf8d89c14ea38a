import type { Comparison } from '../../lib/pairs.ts';
import type { Variant } from '../operations.ts';
import { article } from './article.ts';
import { betterTenantVariant } from './better-tenant.ts';
import { drizzleByHand, drizzleOverTenantry } from './drizzle.ts';
import { handWritten } from './hand-written.ts';
import { tenantry } from './tenantry.ts';

export const variants: readonly Variant[] = [
  handWritten({ named: false }),
  handWritten({ named: true }),
  article,
  tenantry({ named: true }),
  tenantry({ named: false }),
  drizzleByHand,
  drizzleOverTenantry,
  betterTenantVariant,
];

/** Everything against the statement as people write it, and each of ours against its equal. */
export const comparisons: readonly Comparison[] = [
  // against itself: how far from 1 it is, is how far the machine can be believed
  { base: 'hand-written', variant: 'hand-written' },
  { base: 'hand-written', variant: 'hand-written-named' },
  { base: 'hand-written', variant: 'article' },
  { base: 'hand-written', variant: 'tenantry' },
  { base: 'hand-written-named', variant: 'tenantry' },
  { base: 'hand-written', variant: 'tenantry-unnamed' },
  { base: 'hand-written', variant: 'drizzle' },
  { base: 'hand-written', variant: 'tenantry-drizzle' },
  { base: 'drizzle', variant: 'tenantry-drizzle' },
  { base: 'hand-written', variant: 'better-tenant' },
  { base: 'article', variant: 'tenantry' },
  { base: 'better-tenant', variant: 'tenantry' },
];

/** Who takes part in comparisons. */
export const namesIn = (compared: readonly Comparison[]): string[] =>
  variants
    .map(({ name }) => name)
    .filter((name) => compared.some(({ base, variant }) => [base, variant].includes(name)));
