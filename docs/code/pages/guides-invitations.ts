export declare const mailer: Parameters<typeof import('@tenantry/rbac').sendInvitation>[0];
export declare const verifiedEmail: string;
