'use server';

import { redirect } from 'next/navigation';
import { everybody } from '@/lib/people';
import { beginSession, endSession } from '@/lib/session';

export async function signIn(form: FormData): Promise<void> {
  const person = (await everybody()).find(({ id }) => id === form.get('person'));
  if (person === undefined) redirect('/sign-in');
  await beginSession(person.id);
  redirect('/');
}

export async function signOut(): Promise<void> {
  await endSession();
  redirect('/sign-in');
}
