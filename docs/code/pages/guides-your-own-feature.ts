export declare const appLogin: string;
export declare const systemLogin: string;
