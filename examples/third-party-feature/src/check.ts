import type { FeatureCheck } from '@tenantry/rls/feature';

/** A rule of `tenantry doctor`: the role that serves tenants may lock notes. */
export const lockable: FeatureCheck = {
  id: 'acme-notes-lockable', // begins with the name of the feature
  severity: 'warning', // an error makes the command exit with 1
  title: 'Notes can be locked',
  docs: 'https://acme.example/notes/lockable',
  async find({ query, role }) {
    const { rows } = await query(
      `select pg_catalog.has_function_privilege($1, 'tenantry.lock_note(text, text, integer)', 'execute') as may`,
      [role],
    );
    if ((rows[0] as { may: boolean }).may) return [];
    return [
      {
        object: 'tenantry.lock_note',
        found: `role ${role} may not call it, so nobody can lock a note.`,
        fix: 'Run the migrations of `npx tenantry generate`.',
      },
    ];
  },
};
