'use server';

import { redirect } from 'next/navigation';
import { withAmount } from '@/lib/amounts';
import { db } from '@/lib/db';
import { fieldsOf, pageOf } from '@/lib/fields';
import { formAction } from '@/lib/form-action';
import { createAsset } from '@/src/actions/assets.ts';

const costs: Readonly<Record<string, string>> = {
  hosting: 'monthlyCost',
  domains: 'yearlyCost',
  subscriptions: 'cost',
};

export const addAsset = formAction(async (form) => {
  const { kind = '', ...fields } = fieldsOf(form);
  const cost = Object.hasOwn(costs, kind) ? costs[kind] : undefined;
  await createAsset(db, kind, cost === undefined ? fields : await withAmount(fields, cost));
  redirect(pageOf(form, 'assets'));
});
