/** A field as it is written in a filter or an order, its key in quotes where it needs them: `metrics.loss`, params."my key". */
export function quotedField(entity: string, key: string): string {
  if (/^[^\s()'"`,<>=!~]+$/.test(key)) return `${entity}.${key}`;
  return key.includes('"') ? `${entity}.\`${key}\`` : `${entity}."${key}"`;
}
