import { randomBytes } from 'node:crypto';
import { afterAll } from 'vitest';
import { withClient } from './apply.ts';

/**
 * A login of its own for a test file, a member of these roles; its rights are theirs only after SET
 * ROLE. Dropped after the file's last test.
 */
export async function testLogin(
  url: string,
  roles: readonly string[],
  attributes = 'noinherit',
): Promise<{ readonly name: string; readonly url: string }> {
  const name = `login_${randomBytes(5).toString('hex')}`;
  const password = randomBytes(12).toString('hex');
  await withClient(url, async (client) => {
    await client.query(`create role ${name} login ${attributes} password '${password}'`);
    for (const role of roles) await client.query(`grant ${role} to ${name}`);
  });
  afterAll(() =>
    withClient(url, async (client) => {
      await client.query(`reassign owned by ${name} to current_user`);
      await client.query(`drop owned by ${name}`);
      await client.query(`drop role ${name}`);
    }),
  );
  const login = new URL(url);
  login.username = name;
  login.password = password;
  return { name, url: login.href };
}
