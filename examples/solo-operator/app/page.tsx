import Link from 'next/link';
import { redirect } from 'next/navigation';
import { businessesOf } from '@/lib/people';
import { signedInUser } from '@/lib/session';

/** Where somebody begins: in the only business, or with a choice. */
export default async function Home() {
  const user = await signedInUser();
  if (user === null) redirect('/sign-in');
  const businesses = await businessesOf(user);
  if (businesses.length === 1) redirect(`/${businesses[0]?.slug}/clients`);
  return (
    <main className="narrow">
      <h1>Your businesses</h1>
      <ul>
        {businesses.map(({ name, slug }) => (
          <li key={slug}>
            <Link href={`/${slug}/clients`}>{name}</Link>
          </li>
        ))}
      </ul>
    </main>
  );
}
