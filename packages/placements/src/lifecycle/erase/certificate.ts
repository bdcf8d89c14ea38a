import { createHash, createHmac } from 'node:crypto';
import { textInSchema } from '@tenantry/core/sql';
import { type Session, textRows } from '../client.ts';

/** What was erased: how many rows of each table, and a SHA-256 of them. No value can be read from it. */
export interface Certificate {
  readonly tenant: string;
  readonly erasedAt: string;
  readonly erasedBy: string;
  readonly tables: readonly {
    readonly table: string;
    readonly rows: number;
    /** Of the rows as text, in hexadecimal digits. */
    readonly sha256: string;
  }[];
}

/** A certificate as it is kept. */
export interface KeptCertificate {
  readonly number: number;
  /** The certificate as JSON, as it was hashed and signed. */
  readonly certificate: string;
  /** SHA-256 of the hash of the one before it and this text, in hexadecimal digits. */
  readonly hash: string;
  /** HMAC-SHA-256 of the text by the key that was given, in hexadecimal digits; null without a key. */
  readonly signature: string | null;
}

const columns = "number::text, certificate, encode(hash, 'hex'), encode(signature, 'hex')";

/** The last certificate of a tenant in this database. */
export async function certificateOf(
  session: Session,
  schema: string,
  tenant: string,
): Promise<KeptCertificate | undefined> {
  const text = `select ${columns} from tenantry.erasures where tenant = $1 order by number desc limit 1`;
  const [row] = await textRows(session, textInSchema(schema, text), [tenant]);
  if (row === undefined) return undefined;
  const [number, certificate, hash, signature = null] = row;
  return {
    number: Number(number),
    certificate: certificate ?? '',
    hash: hash ?? '',
    signature,
  };
}

/** Keeps a certificate behind the last one; two that are kept at once wait for each other. */
export async function keepCertificate(
  session: Session,
  schema: string,
  certificate: Certificate,
  key: string | undefined,
): Promise<void> {
  const own = (text: string) => textInSchema(schema, text);
  await session.query(own('lock table tenantry.erasures in share row exclusive mode'));
  const [last] = await textRows(
    session,
    own(`select ${columns} from tenantry.erasures order by number desc limit 1`),
  );
  const text = JSON.stringify(certificate);
  const hash = createHash('sha256')
    .update(Buffer.from(last?.[2] ?? '', 'hex'))
    .update(text)
    .digest();
  const signature = key === undefined ? null : createHmac('sha256', key).update(text).digest();
  await session.query(
    own(
      'insert into tenantry.erasures (number, tenant, certificate, hash, signature) values ($1, $2, $3, $4, $5)',
    ),
    [Number(last?.[0] ?? 0) + 1, certificate.tenant, text, hash, signature],
  );
}
