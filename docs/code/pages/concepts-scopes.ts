export declare const invoice: { readonly projectId: string; readonly total: number };
export declare function sendInvoices(): Promise<void>;
