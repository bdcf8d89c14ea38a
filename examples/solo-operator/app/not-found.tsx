import Link from 'next/link';

export default function NotFound() {
  return (
    <main>
      <h1>There is no such page</h1>
      <p>
        It does not exist, or it belongs to somebody else.{' '}
        <Link href="/">Back to your business</Link>
      </p>
    </main>
  );
}
