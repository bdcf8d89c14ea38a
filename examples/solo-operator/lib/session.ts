import { cookies } from 'next/headers';
import { readSession, sessionSeconds, signSession } from '../src/session.ts';

const name = 'session';
const secret = () => process.env.SESSION_SECRET ?? '';

/** The signed-in user, or null. */
export const signedInUser = async (): Promise<string | null> =>
  readSession((await cookies()).get(name)?.value, secret());

export async function beginSession(userId: string): Promise<void> {
  (await cookies()).set(name, signSession(userId, secret()), {
    httpOnly: true,
    sameSite: 'lax',
    secure: process.env.ORIGIN?.startsWith('https:') === true,
    maxAge: sessionSeconds,
    path: '/',
  });
}

export const endSession = async (): Promise<void> => {
  (await cookies()).delete(name);
};
