'use server';

import { notFound, redirect } from 'next/navigation';
import { withAmount } from '@/lib/amounts';
import { db } from '@/lib/db';
import { fieldsOf, pageOf } from '@/lib/fields';
import { formAction } from '@/lib/form-action';
import { createTransaction, deleteTransaction } from '@/src/actions/transactions.ts';

export const addTransaction = formAction(async (form) => {
  await createTransaction(db, await withAmount(fieldsOf(form), 'amount'));
  redirect(pageOf(form, 'transactions'));
});

export const removeTransaction = formAction(async (form) => {
  if (!(await deleteTransaction(db, fieldsOf(form).id ?? ''))) notFound();
  redirect(pageOf(form, 'transactions'));
});
