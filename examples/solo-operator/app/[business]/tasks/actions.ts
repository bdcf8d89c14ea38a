'use server';

import { notFound, redirect } from 'next/navigation';
import { db } from '@/lib/db';
import { fieldsOf, pageOf } from '@/lib/fields';
import { formAction } from '@/lib/form-action';
import { createPersonalTask, updatePersonalTask } from '@/src/actions/personal-tasks.ts';

export const addPersonalTask = formAction(async (form) => {
  await createPersonalTask(db, fieldsOf(form));
  redirect(pageOf(form, 'tasks'));
});

export const completeTask = formAction(async (form) => {
  const { id = '', completed } = fieldsOf(form);
  if (!(await updatePersonalTask(db, id, { completed: completed === 'true' }))) notFound();
  redirect(pageOf(form, 'tasks'));
});

export const planTask = formAction(async (form) => {
  const { id = '', isToday } = fieldsOf(form);
  if (!(await updatePersonalTask(db, id, { isToday: isToday === 'true' }))) notFound();
  redirect(pageOf(form, 'tasks'));
});
