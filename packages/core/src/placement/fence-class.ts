/** The first key of the advisory locks of tenants: 'tnty' as a number. The second is `hashtext(tenant)`. */
export const fenceClass = 0x746e7479;
