'use server';

import { TenantryError } from '@tenantry/core';
import type { Guard } from '@tenantry/core/adapter';
import { redirect } from 'next/navigation';
import { z } from 'zod';
import { db } from '@/lib/db';
import { fieldsOf, pageOf } from '@/lib/fields';
import { formAction } from '@/lib/form-action';
import { origin, payments } from '@/lib/payments';
import { read, refused } from '@/src/input.ts';
import { isOwner } from '@/src/queries/membership.ts';

const ownersOnly: Guard = {
  requires: 'an owner of the business',
  async check() {
    if (!(await isOwner(db))) throw new TenantryError('OWNER_NEEDED');
    return undefined;
  },
};

const order = z.strictObject({ plan: z.enum(['solo', 'pro']) });
const back = (form: FormData) => `${origin()}${pageOf(form, 'plan')}`;

/** To the page of Stripe where the plan is paid. */
export const orderPlan = formAction(ownersOnly, async (form) => {
  const { plan } = read(order, fieldsOf(form));
  const [successUrl, cancelUrl] = [back(form), back(form)];
  const page = await payments()?.checkout({ plan, interval: 'monthly', successUrl, cancelUrl });
  redirect(page?.url ?? notOnSale());
});

/** To the page of Stripe where the subscription is changed and ended. */
export const managePlan = formAction(ownersOnly, async (form) => {
  const page = await payments()?.portal({ returnUrl: back(form) });
  redirect(page?.url ?? notOnSale());
});

function notOnSale(): never {
  throw refused('plan', 'nothing is on sale here');
}
