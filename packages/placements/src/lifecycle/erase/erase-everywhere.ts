import { TenantryError } from '@tenantry/core';
import { textInSchema } from '@tenantry/core/sql';
import { type Session, textRows } from '../client.ts';
import { refuseElsewhere } from '../here.ts';
import type { KeptCertificate } from './certificate.ts';
import { type EraseOptions, eraseTenant } from './erase-tenant.ts';

/** How to reach the database of a tenant that has one, as the login that migrates it. */
export type OpenPlace = <R>(place: string, fn: (session: Session) => Promise<R>) => Promise<R>;

/**
 * Erases a tenant where it lives and in the shared database, which has its claims. It is suspended first, and
 * its id stays refused: a process that has not heard of it writes nothing more. Each step may be repeated.
 *
 * @param shared the shared database, as the login that migrates
 * @returns the certificates, that of its place first
 * @throws TenantryError `ERASURE_KEY_SHORT`, before anything is done, and those of `eraseTenant`
 */
export async function eraseEverywhere(
  shared: Session,
  openPlace: OpenPlace,
  options: EraseOptions,
): Promise<KeptCertificate[]> {
  const { tenancy, tenant } = options;
  refuseShort(options.key);
  const own = (text: string) => textInSchema(tenancy.schema, text);
  const [row] = await textRows(shared, own('select tenantry.begin_erasure($1)'), [tenant]);
  // after the suspension, which keeps a move from beginning
  await shared.query(own('select tenantry.refuse_moving($1)'), [tenant]);
  const fence = own('select tenantry.fence_tenant($1)');
  await shared.query(fence, [tenant]);
  const place = row?.[0] ?? null;
  const certificates: (KeptCertificate | undefined)[] = [];
  if (place !== null) {
    certificates.push(
      await openPlace(place, async (session) => {
        await refuseElsewhere(
          session,
          tenancy,
          place,
          'Name the database of the tenant in --place-url.',
        );
        await session.query(fence, [tenant]);
        return eraseTenant(session, options);
      }),
    );
  }
  certificates.push(await eraseTenant(shared, options));
  await shared.query(own('select tenantry.end_erasure($1)'), [tenant]);
  return certificates.filter((each) => each !== undefined);
}

/** The least characters of a key: shorter ones are guessed from a certificate. */
const leastKey = 32;

function refuseShort(key: string | undefined): void {
  if (key === undefined || key.length >= leastKey) return;
  throw new TenantryError('ERASURE_KEY_SHORT', {
    found: `${key.length} characters where ${leastKey} are the least.`,
  });
}
