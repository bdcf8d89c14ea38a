import { createInterface } from 'node:readline/promises';
import type { Answers } from './files.ts';

/** Asks in the terminal; an empty answer selects the default. */
export async function askFor(defaults: Answers): Promise<Answers> {
  const lines = createInterface({ input: process.stdin, output: process.stdout });
  try {
    const tenant = await lines.question(
      `One word for the tenant, in the singular (${defaults.tenant}): `,
    );
    const id = await lines.question(
      `How are ids stored, uuid, text, integer or bigint? (${defaults.id}): `,
    );
    return {
      tenant: tenant.trim() || defaults.tenant,
      id: id.trim() === '' ? defaults.id : (id.trim() as Answers['id']),
    };
  } finally {
    lines.close();
  }
}
