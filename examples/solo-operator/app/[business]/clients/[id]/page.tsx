import { notFound } from 'next/navigation';
import { db } from '@/lib/db';
import { type RowPage, rowOf } from '@/lib/row-page';
import { tenantPage } from '@/lib/tenant';
import { formatMoney } from '@/src/money/format.ts';
import { clientHub } from '@/src/queries/client-hub.ts';
import { clientStatuses } from '@/src/schema/index.ts';
import { Form } from '../../../form.tsx';
import { revealSecret } from '../../vault/actions.ts';
import { changeClient } from '../actions.ts';
import { Linked } from './linked.tsx';

/** Everything that is linked to a client, in one round trip. */
export default tenantPage(async (props: RowPage) => {
  const { business, id } = await rowOf(props);
  const hub = await clientHub(db, id);
  if (hub === undefined) notFound();
  const { client, assets } = hub;
  const page = (path: string) => `/${business}/${path}`;
  return (
    <>
      <div className="head">
        <h1>{client.name}</h1>
        <span className={`tag ${client.status}`}>{client.status}</span>
      </div>
      <p className="soft">
        {[client.company, client.email, client.phone].filter(Boolean).join(' · ')}
      </p>
      {client.notes && <p>{client.notes}</p>}
      <Form business={business} action={changeClient} submit="Change" kind="inline">
        <input type="hidden" name="id" value={id} />
        <label>
          Status
          <select name="status" defaultValue={client.status}>
            {clientStatuses.map((status) => (
              <option key={status}>{status}</option>
            ))}
          </select>
        </label>
      </Form>
      <div className="grid">
        <Linked
          title="Projects"
          rows={hub.projects.map((each) => ({
            key: each.id,
            text: each.name,
            href: page(`projects/${each.id}`),
            aside: each.status,
          }))}
        />
        <Linked
          title="Tasks"
          rows={hub.tasks.map((each) => ({ key: each.id, text: each.title, aside: each.column }))}
        />
        <Linked
          title="Invoices"
          rows={hub.invoices.map((each) => ({
            key: each.id,
            text: each.number,
            href: page(`invoices/${each.id}`),
            aside: `${formatMoney(each.total, each.currency)}, ${each.status}`,
          }))}
        />
        <Linked
          title="Transactions"
          rows={hub.transactions.map((each) => ({
            key: each.id,
            text: each.description,
            aside: `${each.kind === 'expense' ? '−' : ''}${formatMoney(each.amount, each.currency)}`,
          }))}
        />
        <section className="card">
          <h2>Vault</h2>
          <ul className="plain">
            {hub.vaultItems.map((each) => (
              <li key={each.id}>
                {each.name}
                <Form
                  business={business}
                  action={revealSecret}
                  submit="Reveal"
                  label={`Reveal ${each.name}`}
                  kind="inline"
                >
                  <input type="hidden" name="item" value={each.id} />
                </Form>
              </li>
            ))}
          </ul>
        </section>
        <Linked
          title="Domains and servers"
          rows={[
            ...assets.domains.map((each) => ({
              key: each.id,
              text: each.name,
              aside: `${each.registrar}, until ${each.expiryDate}`,
            })),
            ...assets.cloudflare.map((each) => ({
              key: each.id,
              text: each.zoneName,
              aside: `Cloudflare, ${each.plan}`,
            })),
            ...assets.hosting.map((each) => ({
              key: each.id,
              text: each.name,
              aside: `${each.provider}, ${each.ipAddress}`,
            })),
          ]}
        />
        <Linked
          title="Accounts"
          rows={[
            ...assets.github.map((each) => ({
              key: each.id,
              text: `${each.owner}/${each.repository}`,
              aside: 'GitHub',
            })),
            ...assets.social.map((each) => ({
              key: each.id,
              text: each.handle,
              aside: each.platform,
            })),
            ...assets.subscriptions.map((each) => ({
              key: each.id,
              text: each.name,
              aside: `${formatMoney(each.cost, each.currency)} ${each.billingCycle}`,
            })),
          ]}
        />
        <Linked
          title="Content"
          rows={hub.contentItems.map((each) => ({
            key: each.id,
            text: each.title,
            aside: `${each.type}, ${each.status}`,
          }))}
        />
      </div>
    </>
  );
});
