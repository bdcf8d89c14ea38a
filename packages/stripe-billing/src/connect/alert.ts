/** Something that an operator should know; nothing was lost. */
export interface Alert {
  readonly kind:
    | 'unmapped-price'
    | 'unknown-status'
    | 'seats-refused'
    | 'dead-letter'
    | 'parked-customer'
    | 'account-unknown';
  readonly message: string;
  readonly tenantId?: string;
  readonly customer?: string;
  readonly prices?: readonly string[];
}
