export declare const redis: { get(key: string): Promise<string | null> };
