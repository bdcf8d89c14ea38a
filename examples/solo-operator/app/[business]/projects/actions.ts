'use server';

import { notFound, redirect } from 'next/navigation';
import { db } from '@/lib/db';
import { fieldsOf, pageOf } from '@/lib/fields';
import { formAction } from '@/lib/form-action';
import { createProject } from '@/src/actions/projects.ts';
import { createTask, moveTask as move } from '@/src/actions/tasks.ts';

const boardOf = (form: FormData) => pageOf(form, `projects/${form.get('projectId')}`);

export const addProject = formAction(async (form) => {
  const id = await createProject(db, fieldsOf(form));
  redirect(pageOf(form, `projects/${id}`));
});

export const addTask = formAction(async (form) => {
  await createTask(db, fieldsOf(form));
  redirect(boardOf(form));
});

export const moveTask = formAction(async (form) => {
  const { taskId = '', columnId = '' } = fieldsOf(form);
  if (!(await move(db, taskId, { columnId }))) notFound();
  redirect(boardOf(form));
});
