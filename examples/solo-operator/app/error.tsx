'use client';

import { parseDigest } from '@tenantry/core/next/client';
import { useParams } from 'next/navigation';
import { Alert } from './alert.tsx';

/** Next hides the text of an error from the browser; its code comes through, and says what to do. */
export default function ErrorPage({
  error,
  reset,
}: {
  readonly error: Error;
  readonly reset: () => void;
}) {
  const { business } = useParams<{ business?: string }>();
  const code = parseDigest(error)?.code ?? 'SERVER_FAILED';
  return (
    <main>
      <h1>Something went wrong</h1>
      <Alert refusal={{ code, details: {} }} business={business} />
      <button type="button" onClick={reset}>
        Try again
      </button>
    </main>
  );
}
