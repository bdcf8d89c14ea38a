import { fieldsOf, send } from './send.ts';
import type { WelcomeState } from './state.ts';

/** Signs somebody in, or lists the organizations of who is. */
export function Welcome({ user, organizations, notice }: WelcomeState) {
  return (
    <main>
      <h1>{user === null ? 'Sign in' : `Welcome, ${user}`}</h1>
      {notice !== null && <p role="status">{notice}</p>}
      {user === null ? (
        <SignIn />
      ) : (
        <ul>
          {organizations.map(({ name, address }) => (
            <li key={address}>
              <a href={address}>{name}</a>
            </li>
          ))}
        </ul>
      )}
    </main>
  );
}

function SignIn() {
  return (
    <form
      onSubmit={(event) => {
        const { text } = fieldsOf(event);
        const body = { email: text('email'), password: text('password') };
        return send('POST', '/auth/sign-in/email', body);
      }}
    >
      <input name="email" type="email" aria-label="Email" required />
      <input name="password" type="password" aria-label="Password" required />
      <button type="submit">Sign in</button>
    </form>
  );
}
