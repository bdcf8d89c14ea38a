import { fieldsOf, send } from './send.ts';
import type { BoardState } from './state.ts';

/** The role editor: a role that is saved here holds with the next request of its members. */
export function Roles({ base, roles, permissions }: BoardState) {
  return (
    <section aria-label="Roles">
      <h2>Roles</h2>
      <ul>
        {roles.map(({ key, name, permissions: granted }) => (
          <li key={key}>
            {name}: {granted.join(', ')}
          </li>
        ))}
      </ul>
      <form
        aria-label="New role"
        onSubmit={(event) => {
          const fields = fieldsOf(event);
          const name = fields.text('name');
          const role = { name, permissions: fields.all('permission') };
          return send('PUT', `${base}/api/roles/${keyOf(name)}`, role);
        }}
      >
        <input name="name" aria-label="Name of the role" required maxLength={60} />
        {permissions.map((permission) => (
          <label key={permission}>
            <input type="checkbox" name="permission" value={permission} /> {permission}
          </label>
        ))}
        <button type="submit">Add role</button>
      </form>
    </section>
  );
}

/** `Location manager` → `location-manager` */
export const keyOf = (name: string): string =>
  name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
