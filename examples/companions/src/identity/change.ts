interface OfObject {
  readonly id: string;
  /** When it changed at the source, in milliseconds since 1970. */
  readonly version: number;
  readonly isDeleted: boolean;
}

/** What an event of any source says. The rest of this folder knows no source. */
export type Change =
  | (OfObject & { readonly kind: 'user'; readonly email: string | null; readonly name: string })
  | (OfObject & {
      readonly kind: 'organization';
      readonly name: string;
      readonly slug: string | null;
    })
  | (OfObject & {
      readonly kind: 'membership';
      readonly organizationId: string;
      readonly userId: string;
      /** Null for a membership that is not in force: pending, inactive. */
      readonly role: string | null;
    });
