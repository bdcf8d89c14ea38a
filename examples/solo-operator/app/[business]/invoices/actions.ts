'use server';

import { notFound, redirect } from 'next/navigation';
import { db } from '@/lib/db';
import { fieldsOf, pageOf } from '@/lib/fields';
import { formAction } from '@/lib/form-action';
import { readInvoiceForm } from '@/lib/invoice-form';
import { createInvoice, setInvoiceStatus } from '@/src/actions/invoices.ts';

export const addInvoice = formAction(async (form) => {
  const id = await createInvoice(db, readInvoiceForm(form));
  redirect(pageOf(form, `invoices/${id}`));
});

export const setStatus = formAction(async (form) => {
  const { id = '', status } = fieldsOf(form);
  if (!(await setInvoiceStatus(db, id, status))) notFound();
  redirect(pageOf(form, `invoices/${id}`));
});
