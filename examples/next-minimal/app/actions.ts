'use server';

import { updateTag } from 'next/cache';
import { redirect } from 'next/navigation';
import { addProject } from '@/lib/db';
import { roomForOneMore } from '@/lib/full';
import { tenancy } from '@/lib/tenancy';
import { tenantAction } from '@/lib/tenant';

export const createProject = tenantAction(roomForOneMore, async (form: FormData) => {
  await addProject(String(form.get('name')));
  updateTag(tenancy.key('projects'));
  redirect('/');
});
