import { defineErrors } from '@tenantry/core';

const noteErrors = defineErrors(
  'acme-notes',
  { NOTE_LOCKED: { status: 409, title: 'Somebody edits the note', fix: 'Try again later.' } },
  { docs: 'https://acme.example/notes/errors#' },
);

declare global {
  interface TenantryErrorCodes extends Record<keyof typeof noteErrors, true> {}
}
