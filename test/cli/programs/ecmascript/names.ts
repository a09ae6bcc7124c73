export function displayName(tenantId: string): string {
  return `modern-${tenantId.toUpperCase().slice(0, 8)}`;
}
