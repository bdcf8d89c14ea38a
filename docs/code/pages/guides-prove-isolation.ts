export declare function setPlan(tenant: string, plan: string): Promise<void>;
