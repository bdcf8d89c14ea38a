import { fieldsOf, send } from './send.ts';
import type { BoardState } from './state.ts';

/** The members, and a form that gives one of them a role. */
export function Members({ base, members, roles }: BoardState) {
  return (
    <section aria-label="Members">
      <h2>Members</h2>
      <ul>
        {members.map(({ userId, name, roles: held }) => (
          <li key={userId}>
            {name}: {held.join(', ')}
          </li>
        ))}
      </ul>
      <form
        aria-label="Give a role"
        onSubmit={(event) => {
          const fields = fieldsOf(event);
          const path = `${base}/api/members/${fields.text('member')}/roles`;
          return send('POST', path, { role: fields.text('role') });
        }}
      >
        <select name="member" aria-label="Member">
          {members.map(({ userId, name }) => (
            <option key={userId} value={userId}>
              {name}
            </option>
          ))}
        </select>
        <select name="role" aria-label="Role">
          {roles.map(({ key, name }) => (
            <option key={key} value={key}>
              {name}
            </option>
          ))}
        </select>
        <button type="submit">Give role</button>
      </form>
    </section>
  );
}
