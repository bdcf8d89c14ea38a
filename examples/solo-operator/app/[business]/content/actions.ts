'use server';

import { notFound, redirect } from 'next/navigation';
import { db } from '@/lib/db';
import { fieldsOf, pageOf } from '@/lib/fields';
import { formAction } from '@/lib/form-action';
import { createContent, updateContent } from '@/src/actions/content.ts';

export const addContent = formAction(async (form) => {
  await createContent(db, fieldsOf(form));
  redirect(pageOf(form, 'content'));
});

export const changeContent = formAction(async (form) => {
  const { id = '', ...changes } = fieldsOf(form);
  if (!(await updateContent(db, id, changes))) notFound();
  redirect(pageOf(form, 'content'));
});
