import { connection } from 'next/server';
import { everybody } from '@/lib/people';
import { signIn } from './actions.ts';

export const metadata = { title: 'Sign in' };

export default async function SignIn() {
  await connection();
  const people = await everybody();
  return (
    <main className="narrow">
      <h1>Sign in</h1>
      <p>
        This is an example: there are no passwords, choose who you are. A signed cookie then says so
        for twelve hours.
      </p>
      <form action={signIn} className="stacked">
        <fieldset>
          <legend>Who are you?</legend>
          {people.map(({ id, name, businesses }, index) => (
            <label key={id} className="choice">
              <input type="radio" name="person" value={id} required defaultChecked={index === 0} />
              <span>
                {name} <small>{businesses}</small>
              </span>
            </label>
          ))}
        </fieldset>
        <button type="submit">Sign in</button>
      </form>
    </main>
  );
}
