'use client';

import { parseDigest } from '@tenantry/core/next/client';

export default function ErrorPage({ error }: { readonly error: Error }) {
  const refused = parseDigest(error);
  return (
    <main>
      <h1>Something is wrong</h1>
      <p role="alert">{refused === undefined ? 'unknown' : `${refused.code} ${refused.status}`}</p>
    </main>
  );
}
