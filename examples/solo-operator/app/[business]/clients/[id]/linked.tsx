import Link from 'next/link';

interface Row {
  readonly key: string;
  readonly text: string;
  readonly href?: string;
  readonly aside?: string;
}

/** One kind of what is linked to a client. */
export function Linked({ title, rows }: { readonly title: string; readonly rows: readonly Row[] }) {
  return (
    <section className="card">
      <h2>{title}</h2>
      {rows.length === 0 && <p className="soft">Nothing yet.</p>}
      <ul className="plain">
        {rows.map(({ key, text, href, aside }) => (
          <li key={key}>
            {href === undefined ? text : <Link href={href}>{text}</Link>}
            <small>{aside}</small>
          </li>
        ))}
      </ul>
    </section>
  );
}
