'use server';

import { notFound, redirect } from 'next/navigation';
import { db, vaultKeys } from '@/lib/db';
import { fieldsOf, pageOf } from '@/lib/fields';
import { formAction } from '@/lib/form-action';
import { readVaultItem } from '@/src/actions/vault.ts';
import { createVaultItem, reveal } from '@/src/vault/items.ts';

export const addVaultItem = formAction(async (form) => {
  await createVaultItem(db, vaultKeys(), readVaultItem(fieldsOf(form)));
  redirect(pageOf(form, 'vault'));
});

/** The secret is in the answer of this request alone: in no address, and in no page that is fetched later. */
export const revealSecret = formAction(async (form) => {
  const secret = await reveal(db, vaultKeys(), String(form.get('item')));
  if (secret === undefined) notFound();
  return { secret };
});
