import type * as s from '../schema/index.ts';

type Row<T extends { $inferInsert: object }> = Omit<T['$inferInsert'], 'businessId' | 'id'>;
/** What names its client, project and so on, in place of their ids. */
type Linked<T extends { $inferInsert: object }> = Omit<
  Row<T>,
  'clientId' | 'projectId' | 'vaultItemId' | 'hostingId' | 'domainId' | 'userId'
> & { readonly client?: string; readonly project?: string };

/** What a business has to do, and has done. */
export interface Work {
  readonly clients: readonly Row<typeof s.clients>[];
  readonly projects: readonly (Linked<typeof s.projects> & {
    readonly tasks?: Readonly<Record<string, readonly string[]>>;
  })[];
  readonly invoices?: readonly (Pick<
    typeof s.invoices.$inferInsert,
    'issueDate' | 'status' | 'currency'
  > & {
    readonly client: string;
    readonly project: string;
    readonly taxRate: number;
    readonly lines: readonly { description: string; quantity: number; rate: number }[];
  })[];
  readonly expenses?: readonly Omit<Linked<typeof s.transactions>, 'kind' | 'invoiceId'>[];
  readonly content?: readonly Linked<typeof s.contentItems>[];
  readonly secrets?: readonly (Omit<
    Linked<typeof s.vaultItems>,
    'encryptedValue' | 'keyVersion' | 'name' | 'category'
  > &
    Pick<typeof s.vaultItems.$inferInsert, 'name' | 'category'> & { readonly secret: string })[];
  readonly assets?: {
    readonly hosting: readonly (Linked<typeof s.assetsHosting> & { readonly secret?: string })[];
    readonly domains: readonly (Linked<typeof s.assetsDomains> & { readonly server?: string })[];
    readonly cloudflare: readonly Linked<typeof s.assetsCloudflare>[];
    readonly github: readonly Linked<typeof s.assetsGithub>[];
    readonly social: readonly Linked<typeof s.assetsSocial>[];
    readonly subscriptions: readonly Linked<typeof s.assetsSubscriptions>[];
  };
  readonly personalTasks?: readonly Linked<typeof s.personalTasks>[];
}
