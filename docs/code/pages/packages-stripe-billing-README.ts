export declare const env: {
  readonly STRIPE_SECRET_KEY: string;
  readonly STRIPE_WEBHOOK_SECRETS: string;
};
export declare const customer: string;
