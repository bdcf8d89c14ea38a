'use server';

import { notFound, redirect } from 'next/navigation';
import { db } from '@/lib/db';
import { fieldsOf, pageOf } from '@/lib/fields';
import { formAction } from '@/lib/form-action';
import { createClient, updateClient } from '@/src/actions/clients.ts';

export const addClient = formAction(async (form) => {
  const id = await createClient(db, fieldsOf(form));
  redirect(pageOf(form, `clients/${id}`));
});

export const changeClient = formAction(async (form) => {
  const { id = '', ...changes } = fieldsOf(form);
  if (!(await updateClient(db, id, changes))) notFound();
  redirect(pageOf(form, `clients/${id}`));
});
